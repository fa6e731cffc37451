import type { Argv } from 'yargs';
import { listConsents, withdrawConsent } from '../administration/consents.js';
import type { Connected, RunCommand } from './connection.js';
import { withUser } from './user-argument.js';

async function printConsents({ administration, print }: Connected, user: string): Promise<void> {
  for (const { clientId, permissions, grantedAt } of await listConsents(administration, user)) {
    print([clientId, permissions.join(', '), grantedAt.toISOString()].join('\t'));
  }
}

async function withdraw({ administration, print }: Connected, user: string, clientId: string): Promise<void> {
  const { username, revokedGrants } = await withdrawConsent(administration, { user, clientId });
  print(`withdrew the consent of ${username} to ${clientId}; authorization grants ended: ${revokedGrants}`);
}

export const consentCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs
    .command(
      'list <user>',
      "list a user's consents: client, scopes with their resources and single claims, since",
      withUser,
      ({ user }) => run((connected) => printConsents(connected, user)),
    )
    .command(
      'withdraw <user> <client-id>',
      "withdraw a user's consent to a client and end its tokens",
      (builder) => withUser(builder).positional('client-id', { type: 'string', demandOption: true }),
      ({ user, clientId }) => run((connected) => withdraw(connected, user, clientId)),
    )
    .demandCommand(1, 'Say what to do with consents.');
