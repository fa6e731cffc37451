import { auditRow } from '../audit/audit-events.js';
import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { mailOutcome, queuedMail } from '../mail/outgoing-mails.js';
import { type OwnChange, type ToldChange, toldChange } from '../people/own-change.js';
import type { IdentitySnapshot } from '../schema/federated-identities.js';
import { lockedWaysIn } from '../sign-in/ways-in.js';

/** An identity as its owner sees it. */
export interface LinkedIdentity {
  readonly provider: string;
  readonly subject: string;
  readonly label: string | null;
  readonly linkedAt: Date;
  readonly lastUsedAt: Date | null;
  /** There is another way to sign in. */
  readonly isRemovable: boolean;
}

interface Owner {
  readonly userId: string;
  /** Those of the configuration: by any other nobody signs in. */
  readonly providers: readonly string[];
}

/** SQL: whether the user of an identity `f` can sign in without it. Further identities and passkeys are looked for where `from` says. */
const hasOtherWay = (
  providers: string,
  from = { identities: 'federated_identities', passkeys: 'passkeys' },
): string => `(
  EXISTS (SELECT FROM users u WHERE u.id = f.user_id AND u.password_hash IS NOT NULL)
  OR EXISTS (SELECT FROM ${from.passkeys} k WHERE k.user_id = f.user_id AND k.flagged_at IS NULL)
  OR EXISTS (SELECT FROM ${from.identities} o WHERE o.user_id = f.user_id AND o.provider = ANY (${providers}::text[])
    AND (o.provider, o.subject) <> (f.provider, f.subject)))`;

const columns = (providers: string): Columns<LinkedIdentity> => ({
  provider: 'f.provider',
  subject: 'f.subject',
  label: "f.claims ->> 'label'",
  linkedAt: 'f.linked_at',
  lastUsedAt: 'f.last_used_at',
  isRemovable: hasOtherWay(providers),
});

const listLinkedIdentitiesStatement = statement<Owner, LinkedIdentity>(
  'list_linked_identities',
  (p) => `
   SELECT ${selected(columns(p.providers))} FROM federated_identities f
   WHERE f.user_id = ${p.userId} ORDER BY f.linked_at, f.provider, f.subject`,
);

/** The oldest first. */
export const listLinkedIdentities = async (sql: Sql, owner: Owner): Promise<readonly LinkedIdentity[]> =>
  (await sql.query(listLinkedIdentitiesStatement, owner)).rows;

interface NewLink extends OwnChange {
  readonly sessionSecretHash: Buffer;
  readonly provider: string;
  readonly subject: string;
  readonly snapshot: IdentitySnapshot;
}

/** With whom an identity is linked in the end. */
interface LinkOutcome extends ToldChange {
  /** Null where the session has ended meanwhile, and the identity is nobody's. */
  readonly ownerId: string | null;
  readonly isNew: boolean;
}

const linkIdentityStatement = statement<NewLink, LinkOutcome>(
  'link_identity',
  (p) => `
   WITH linked AS (
     INSERT INTO federated_identities (provider, subject, user_id, claims, linked_at)
     SELECT ${p.provider}, ${p.subject}, u.id, ${p.snapshot}::jsonb, ${p.now}
     FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
     WHERE s.secret_hash = ${p.sessionSecretHash} AND s.user_id = ${p.userId} AND s.expires_at > ${p.now}
     ON CONFLICT (provider, subject) DO NOTHING RETURNING user_id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'linked', userId: 'user_id', sessionId: `(${p.audit}::jsonb ->> 'sessionId')::uuid` })}
   ), changed AS (
     SELECT id, email, claims FROM users WHERE id IN (SELECT user_id FROM linked)
   ), ${queuedMail({
     mail: p.notice,
     now: p.now,
     from: 'changed',
     userId: 'id',
     recipient: 'email',
     language: "claims ->> 'locale'",
   })}
   SELECT ${mailOutcome} AS notice, COALESCE((SELECT user_id FROM linked), (
     SELECT f.user_id FROM federated_identities f WHERE f.provider = ${p.provider} AND f.subject = ${p.subject}
   )) AS "ownerId", EXISTS (SELECT FROM linked) AS "isNew"`,
);

/** Links an identity with the account of a live session; one that is somebody's already stays theirs. */
export async function linkIdentity(sql: Sql, link: NewLink): Promise<LinkOutcome> {
  const [row] = (await sql.query(linkIdentityStatement, link)).rows;
  if (!row) throw new Error('link_identity gives no row');
  return row;
}

interface Unlink extends OwnChange {
  readonly providers: Owner['providers'];
  readonly provider: string;
  readonly subject: string;
}

const unlinkIdentityStatement = statement<Unlink, ToldChange>(
  'unlink_identity',
  (p) => `
   WITH ${lockedWaysIn(p.userId)}, unlinked AS (
     DELETE FROM federated_identities d USING stored_identities f
     WHERE (d.provider, d.subject) = (f.provider, f.subject) AND f.provider = ${p.provider} AND f.subject = ${p.subject}
       AND ${hasOtherWay(p.providers, { identities: 'stored_identities', passkeys: 'stored_passkeys' })}
     RETURNING d.user_id
   ), changed AS (
     SELECT id, email, claims FROM users WHERE id IN (SELECT user_id FROM unlinked)
   ), ${toldChange({ now: p.now, audit: p.audit, notice: p.notice, from: 'changed' })}`,
);

/** @returns null where the identity is not linked with the account, or is the only way to sign in to it */
export const unlinkIdentity = async (sql: Sql, unlink: Unlink): Promise<ToldChange | null> =>
  (await sql.query(unlinkIdentityStatement, unlink)).rows[0] ?? null;

interface RemovedLink extends OwnChange {
  readonly provider: string;
  readonly subject: string;
}

const removeIdentityStatement = statement<RemovedLink, ToldChange>(
  'remove_identity',
  (p) => `
   WITH removed AS (
     DELETE FROM federated_identities
     WHERE provider = ${p.provider} AND subject = ${p.subject} AND user_id = ${p.userId} RETURNING user_id
   ), changed AS (
     SELECT id, email, claims FROM users WHERE id IN (SELECT user_id FROM removed)
   ), ${toldChange({ now: p.now, audit: p.audit, notice: p.notice, from: 'changed' })}`,
);

/** … by an operator, even where it is the only way to sign in. @returns null where it is not linked with the account */
export const removeIdentity = async (sql: Sql, removed: RemovedLink): Promise<ToldChange | null> =>
  (await sql.query(removeIdentityStatement, removed)).rows[0] ?? null;
