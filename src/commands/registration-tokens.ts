import type { Argv } from 'yargs';
import {
  createRegistrationToken,
  listRegistrationTokens,
  type NewRegistrationToken,
  revokeRegistrationToken,
} from '../administration/registration-tokens.js';
import { CommandError } from './command-error.js';
import type { Connected, RunCommand } from './connection.js';
import { durationFlag } from './duration-flag.js';

const times = { shortest: '1m', longest: '365d' };

/** @throws CommandError */
function assertUses(uses: number): void {
  if (!Number.isSafeInteger(uses) || uses < 1 || uses > 1_000_000)
    throw new CommandError('--uses is not a whole number from 1 to 1000000.');
}

/** The only time that anybody sees the token. */
async function create({ administration, print }: Connected, token: NewRegistrationToken): Promise<void> {
  const { id, token: value, expiresAt } = await createRegistrationToken(administration, token);
  const printed = { id, initial_access_token: value, uses: token.uses, expires_at: expiresAt };
  print(JSON.stringify(printed, null, 2));
}

async function printTokens({ administration, print }: Connected): Promise<void> {
  for (const { id, note, usesLeft, createdAt, expiresAt } of await listRegistrationTokens(administration)) {
    const moments = [`created ${createdAt.toISOString()}`, `until ${expiresAt.toISOString()}`];
    print([id, note ?? '-', `${usesLeft} left`, ...moments].join('\t'));
  }
}

async function revoke({ administration, print }: Connected, id: string): Promise<void> {
  await revokeRegistrationToken(administration, id);
  print(`revoked ${id}; clients that were registered with it stay`);
}

const createCommand = (yargs: Argv, run: RunCommand): Argv =>
  yargs.command(
    'create',
    'make an initial access token (RFC 7591 §3) and print it, once',
    (builder) =>
      builder
        .option('uses', { type: 'number', nargs: 1, default: 1, describe: 'how many clients may be registered' })
        .option('ttl', {
          type: 'string',
          nargs: 1,
          default: '7d',
          describe: `how long it is good, up to ${times.longest}`,
        })
        .option('note', { type: 'string', nargs: 1, describe: 'for whom or what, as the list shows it' }),
    ({ uses, ttl, note }) => {
      assertUses(uses);
      return run((connected) => create(connected, { uses, note, lifetime: durationFlag('ttl', ttl, times) }));
    },
  );

/** The commands for tokens by which clients register themselves, among those for clients. */
export const registrationTokenCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs.command('registration-token', 'create, list and revoke initial access tokens', (nested) =>
    createCommand(nested, run)
      .command('list', 'list tokens that have not expired: id, note, uses, since, until', {}, () => run(printTokens))
      .command(
        'revoke <id>',
        'let nobody register with a token any more',
        (builder) => builder.positional('id', { type: 'string', demandOption: true }),
        ({ id }) => run((connected) => revoke(connected, id)),
      )
      .demandCommand(1, 'Say what to do with registration tokens.'),
  );
