import type { Argv } from 'yargs';
import { type LinkReference, listLinks, removeLinks } from '../administration/links.js';
import type { Connected, RunCommand } from './connection.js';
import { withUser } from './user-argument.js';

async function printLinks({ administration, print }: Connected, user: string): Promise<void> {
  for (const { provider, subject, label, linkedAt, lastUsedAt } of await listLinks(administration, user)) {
    const used = lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used';
    print([provider, subject, label ?? '-', `linked ${linkedAt.toISOString()}`, used].join('\t'));
  }
}

async function remove({ administration, print }: Connected, link: LinkReference): Promise<void> {
  const { username, count, hasOtherWay } = await removeLinks(administration, link);
  print(`unlinked of ${username}: ${count} at ${link.provider}; sessions go on, unless "users end-sessions" ends them`);
  if (!hasOtherWay) print(`${username} has no other way to sign in: "users reset-password --mail" gives one`);
}

/** The commands for accounts at other providers, among those for users. */
export const linkCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs.command('links', 'list and remove accounts at other providers by which users sign in', (nested) =>
    nested
      .command(
        'list <user>',
        'list linked accounts of a user: provider, subject, label, since when, last used',
        withUser,
        ({ user }) => run((connected) => printLinks(connected, user)),
      )
      .command(
        'remove <user> <provider> [subject]',
        'unlink an account, or all of a provider, and tell the user',
        (builder) =>
          withUser(builder)
            .positional('provider', { type: 'string', demandOption: true, describe: 'its id in the configuration' })
            .positional('subject', { type: 'string', describe: 'as the provider names the person' }),
        ({ user, provider, subject }) => run((connected) => remove(connected, { user, provider, subject })),
      )
      .demandCommand(1, 'Say what to do with links.'),
  );
