import { after } from '../clock.js';
import { registrationOf } from '../config/configuration.js';
import { hashToken } from '../crypto/digest.js';
import { linkPlace } from '../mail/mailed-link.js';
import { claimFault } from '../protocol/claims.js';
import type { Language } from '../protocol/language.js';
import { identifierKey } from '../protocol/sign-in/identifiers.js';
import { findClient } from '../storage/clients/clients.js';
import * as stored from '../storage/people/invitations.js';
import { soughtIdentifier } from '../storage/people/users.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError } from './administration-error.js';
import { assertEmail } from './users.js';

export interface NewInvitation {
  readonly email: string;
  /** Full name, which whoever accepts may change. */
  readonly name?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Of the mail, and of the account that is to be. */
  readonly language?: Language | undefined;
  /** Milliseconds in which it can be accepted. */
  readonly lifetime: number;
  /** The application to which whoever accepts is sent on. */
  readonly clientId?: string | undefined;
}

export interface InvitationReference {
  /** Of the account that is to be. */
  readonly id: string;
  readonly expiresAt: Date;
}

/** @throws AdministrationError invalid */
function claimsOf(
  { config }: Administration,
  { name, groups, language }: NewInvitation,
): Readonly<Record<string, unknown>> {
  const claims = {
    ...(name === undefined ? {} : { name }),
    ...(groups === undefined ? {} : { groups }),
    ...(language === undefined ? {} : { locale: language }),
  };
  const faults = Object.entries(claims).flatMap(([claim, value]) => {
    const fault = claimFault(claim, value, config.claims.scopes);
    return fault === undefined ? [] : [`${claim} ${fault}`];
  });
  if (faults.length > 0) throw new AdministrationError('invalid', faults.join('\n'));
  return claims;
}

/** @throws AdministrationError not_found */
async function applicationOf({ sql }: Administration, clientId: string | undefined): Promise<string | null> {
  if (clientId === undefined) return null;
  const client = await findClient(sql, clientId);
  if (!client) throw new AdministrationError('not_found', `There is no client "${clientId}".`);
  return client.metadata.client_name ?? clientId;
}

/**
 * Mails somebody a link by which they make an account with that address, once. Whatever link they were sent before is good for
 * nothing from then on.
 * @throws AdministrationError invalid, unavailable, not_found, taken, too_many_mails
 */
export async function inviteUser(
  administration: Administration,
  invitation: NewInvitation,
): Promise<InvitationReference> {
  const { config, sql, clock, random, mailing } = administration;
  const { email, language, lifetime, clientId } = invitation;
  if (registrationOf(config) === 'off')
    throw new AdministrationError(
      'unavailable',
      'Nobody can be invited: set registration to invitation, and mail.smtp.',
    );
  assertEmail(email);
  const claims = claimsOf(administration, invitation);
  const application = await applicationOf(administration, clientId);
  const now = clock.now();
  const [id, secret, expiresAt] = [random.uuid(), random.token(), after(now, lifetime)];
  const mail = mailing.mail(
    'invitation',
    { url: linkPlace(administration, 'acceptInvitation'), until: expiresAt.toISOString(), application },
    { secret, lifetime, ...(language && { language }) },
  );
  if (!mail) throw new Error('a mail is not written although mail is on');
  const { known, outcome } = await makeChange(
    administration,
    { type: 'invited', userId: id, clientId },
    ({ audit }) =>
      stored.invite(sql, {
        ...soughtIdentifier(email),
        id,
        secretHash: hashToken(secret),
        claims,
        clientId: clientId ?? null,
        mail,
        now,
        expiresAt,
        audit,
      }),
    ({ outcome: became }) => (became === 'queued' ? {} : null),
  );
  mailing.tell(mail, outcome);
  if (known) throw new AdministrationError('taken', `There is an account with the address ${email} already.`);
  if (outcome === 'dropped')
    throw new AdministrationError(
      'too_many_mails',
      `${email} was invited ${config.mail.mostPerHour} times within the hour; the last of these links is good.`,
    );
  return { id, expiresAt };
}

/** Those that can still be accepted, the oldest first. */
export const listInvitations = ({ sql, clock }: Administration): Promise<readonly stored.OpenInvitation[]> =>
  stored.listInvitations(sql, clock.now());

/** The link that was mailed is good for nothing from then on. @throws AdministrationError not_found */
export async function revokeInvitation(administration: Administration, email: string): Promise<void> {
  const { sql } = administration;
  const revoked = await makeChange(
    administration,
    { type: 'invitation_revoked' },
    ({ now, audit }) => stored.revokeInvitation(sql, { emailKey: identifierKey(email), now, audit }),
    ({ id: userId }) => ({ userId }),
  );
  if (!revoked) throw new AdministrationError('not_found', `${email} has no invitation that could be accepted.`);
}
