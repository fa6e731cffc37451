import type { Argv } from 'yargs';
import { listFactors, type ResettableFactor, resetFactors, resettableFactors } from '../administration/factors.js';
import type { Connected, RunCommand } from './connection.js';
import { withUser } from './user-argument.js';

async function printFactors({ administration, print }: Connected, user: string): Promise<void> {
  for (const { factor, count, createdAt, lastUsedAt } of await listFactors(administration, user)) {
    const used = lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used';
    print([factor, count, `set up ${createdAt.toISOString()}`, used].join('\t'));
  }
}

async function reset({ administration, print }: Connected, user: string, factor: ResettableFactor): Promise<void> {
  const { username, removed } = await resetFactors(administration, { user, factor });
  print(`removed of ${username}: ${removed.join(', ')}; sessions go on, unless "users end-sessions" ends them`);
}

/** The commands for second factors, among those for users. */
export const factorCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs
    .command(
      'factors <user>',
      'list second factors of a user: kind, how many, since when, last used',
      withUser,
      ({ user }) => run((connected) => printFactors(connected, user)),
    )
    .command(
      'reset-factor <user> <factor>',
      'remove second factors that a user has lost; recovery codes go with totp',
      (builder) =>
        withUser(builder).positional('factor', { choices: resettableFactors, demandOption: true, describe: 'which' }),
      ({ user, factor }) => run((connected) => reset(connected, user, factor)),
    );
