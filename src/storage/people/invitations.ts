import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from '../mail/outgoing-mails.js';
import type { Invitation } from '../schema/invitations.js';
import type { NewAccount, SignedUp } from './sign-up.js';
import { type SoughtIdentifier, userCalled } from './users.js';

interface NewInvitation extends SoughtIdentifier, Pick<Invitation, 'id' | 'secretHash' | 'claims' | 'clientId'> {
  readonly mail: NewMail;
  readonly now: Date;
  readonly expiresAt: Date;
  readonly audit: Audit;
}

export interface Invited {
  /** Whether the address has an account already: then nobody is invited. */
  readonly known: boolean;
  /** Nobody is invited either where the mail was dropped: they would wait for a link that never comes. */
  readonly outcome: MailOutcome | null;
}

const inviteStatement = statement<NewInvitation, Invited>(
  'invite',
  (p) => `
   WITH owner AS (
     SELECT id FROM ${userCalled(p)}
   ), ${queuedMail({
     mail: p.mail,
     now: p.now,
     from: '(SELECT WHERE NOT EXISTS (SELECT FROM owner)) stranger',
     userId: 'NULL',
     recipient: p.typed,
     language: 'NULL',
   })}, invited AS (
     INSERT INTO invitations (id, email, email_key, secret_hash, claims, client_id, created_at, expires_at)
     SELECT ${p.id}, ${p.typed}, ${p.key}, ${p.secretHash}, ${p.claims}, ${p.clientId}, ${p.now}, ${p.expiresAt} FROM mail_queued
     ON CONFLICT (email_key) DO UPDATE SET id = EXCLUDED.id, email = EXCLUDED.email, secret_hash = EXCLUDED.secret_hash,
       claims = EXCLUDED.claims, client_id = EXCLUDED.client_id, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
     RETURNING invitations.id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'invited', userId: 'id', clientId: p.clientId })}
   )
   SELECT EXISTS (SELECT FROM owner) AS known, ${mailOutcome} AS outcome`,
);

/** Invites somebody and writes the mail with the link; whatever link they were sent before is good for nothing from then on. */
export async function invite(sql: Sql, invitation: NewInvitation): Promise<Invited> {
  const [row] = (await sql.query(inviteStatement, invitation)).rows;
  if (!row) throw new Error('invite gives no row');
  return row;
}

/** An invitation as an operator sees it. */
export type OpenInvitation = Pick<Invitation, 'id' | 'email' | 'clientId' | 'createdAt' | 'expiresAt'>;

const listInvitationsStatement = statement<{ now: Date }, OpenInvitation>(
  'list_invitations',
  (p) => `
   SELECT id, email, client_id AS "clientId", created_at AS "createdAt", expires_at AS "expiresAt"
   FROM invitations WHERE expires_at > ${p.now} ORDER BY created_at, id`,
);

/** Those that can still be accepted, the oldest first. */
export const listInvitations = async (sql: Sql, now: Date): Promise<readonly OpenInvitation[]> =>
  (await sql.query(listInvitationsStatement, { now })).rows;

interface Revocation {
  /** Of the address. */
  readonly emailKey: string;
  readonly now: Date;
  readonly audit: Audit;
}

const revokeInvitationStatement = statement<Revocation, Pick<Invitation, 'id'>>(
  'revoke_invitation',
  (p) => `
   WITH revoked AS (
     DELETE FROM invitations WHERE email_key = ${p.emailKey} AND expires_at > ${p.now} RETURNING id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'revoked', userId: 'id' })}
   )
   SELECT id FROM revoked`,
);

/** @returns the invitation that cannot be accepted any more; null where there was none */
export const revokeInvitation = async (sql: Sql, revocation: Revocation): Promise<Pick<Invitation, 'id'> | null> =>
  (await sql.query(revokeInvitationStatement, revocation)).rows[0] ?? null;

/** What somebody who opens the link may know of it. */
export interface OpenedInvitation {
  readonly id: string;
  readonly email: string;
  /** As whoever invited them called them. */
  readonly name: string | null;
  readonly clientId: string | null;
  /** Where a sign-in to that client begins (OIDC Core §4), if it says so. */
  readonly initiateLoginUri: string | null;
}

const findInvitationStatement = statement<{ secretHash: Buffer; now: Date }, OpenedInvitation>(
  'find_invitation',
  (p) => `
   SELECT i.id, i.email, i.claims ->> 'name' AS name, c.client_id AS "clientId",
     c.metadata ->> 'initiate_login_uri' AS "initiateLoginUri"
   FROM invitations i LEFT JOIN clients c ON c.client_id = i.client_id AND c.disabled_at IS NULL
   WHERE i.secret_hash = ${p.secretHash} AND i.expires_at > ${p.now}`,
);

/** Looks at an invitation without using it up: programs open links before people do. Null when it is good for nothing. */
export const findInvitation = async (sql: Sql, secretHash: Buffer, now: Date): Promise<OpenedInvitation | null> =>
  (await sql.query(findInvitationStatement, { secretHash, now })).rows[0] ?? null;

// Of several that bring one link the first deletes it, and the others wait and find nothing.
const acceptInvitationStatement = statement<NewAccount, { created: boolean; linked: boolean }>(
  'accept_invitation',
  (p) => `
   WITH used AS (
     DELETE FROM invitations WHERE secret_hash = ${p.secretHash} AND id = ${p.id} AND expires_at > ${p.now} RETURNING email, claims
   ), created AS (
     INSERT INTO users (id, username, username_key, email, email_key, email_verified, password_hash, claims, created_at, updated_at)
     SELECT ${p.id}, ${p.username}, ${p.usernameKey}, email, ${p.emailKey}, true, ${p.passwordHash}, claims || ${p.claims}::jsonb,
       ${p.now}, ${p.now}
     FROM used ON CONFLICT DO NOTHING RETURNING id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'created', userId: 'id' })}
   )
   SELECT EXISTS (SELECT FROM created) AS created, EXISTS (SELECT FROM used) AS linked`,
);

/** Uses the invitation up, once: there is an account now, whose address is proven. */
export async function acceptInvitation(sql: Sql, account: NewAccount): Promise<SignedUp> {
  const [row] = (await sql.query(acceptInvitationStatement, account)).rows;
  if (row?.created) return 'created';
  return row?.linked ? 'taken' : 'gone';
}
