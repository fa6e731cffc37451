import type { Argv } from 'yargs';
import { inviteUser, listInvitations, type NewInvitation, revokeInvitation } from '../administration/invitations.js';
import { languages } from '../protocol/language.js';
import type { Connected, RunCommand } from './connection.js';
import { durationFlag } from './duration-flag.js';

const times = { shortest: '1h', longest: '90d' };

async function invite({ administration, print }: Connected, invitation: NewInvitation): Promise<void> {
  const { id, expiresAt } = await inviteUser(administration, invitation);
  print(`invited ${invitation.email} until ${expiresAt.toISOString()}; the account will be ${id}`);
}

async function printInvitations({ administration, print }: Connected): Promise<void> {
  for (const { id, email, clientId, createdAt, expiresAt } of await listInvitations(administration)) {
    const moments = [`invited ${createdAt.toISOString()}`, `until ${expiresAt.toISOString()}`];
    print([id, email, clientId ?? '-', ...moments].join('\t'));
  }
}

async function revoke({ administration, print }: Connected, email: string): Promise<void> {
  await revokeInvitation(administration, email);
  print(`revoked the invitation of ${email}`);
}

const emailPositional = { type: 'string', demandOption: true, describe: 'e-mail address' } as const;

const inviteCommand = (yargs: Argv, run: RunCommand): Argv =>
  yargs.command(
    'invite <email>',
    'mail a link by which somebody makes an account, once; it replaces one that was sent before',
    (builder) =>
      builder
        .positional('email', emailPositional)
        .option('name', { type: 'string', nargs: 1, describe: 'full name' })
        .option('group', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'group of the account, as often as there are groups',
        })
        .option('language', { choices: languages, describe: 'of the mail and of the account' })
        .option('ttl', {
          type: 'string',
          nargs: 1,
          default: '7d',
          describe: `how long the link is good, up to ${times.longest}`,
        })
        .option('client', { type: 'string', nargs: 1, describe: 'application to which it leads, by its client_id' }),
    ({ email, name, group: groups, language, ttl, client: clientId }) =>
      run((connected) =>
        invite(connected, { email, name, groups, language, clientId, lifetime: durationFlag('ttl', ttl, times) }),
      ),
  );

/** The commands for people who have no account yet, among those for users. */
export const invitationCommands = (yargs: Argv, run: RunCommand): Argv =>
  inviteCommand(yargs, run).command('invitations', 'list and revoke invitations', (nested) =>
    nested
      .command('list', 'list open invitations: id of the account, e-mail, client, since, until', {}, () =>
        run(printInvitations),
      )
      .command(
        'revoke <email>',
        'make the link of an invitation good for nothing',
        (builder) => builder.positional('email', emailPositional),
        ({ email }) => run((connected) => revoke(connected, email)),
      )
      .demandCommand(1, 'Say what to do with invitations.'),
  );
