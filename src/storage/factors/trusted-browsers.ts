import { type Audit, auditRow } from '../audit/audit-events.js';
import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import type { Transaction } from '../connection/transactions.js';
import type { TrustedBrowser } from '../schema/trusted-browsers.js';

/** What is stored of a browser from now on; the hash in hexadecimal. */
export interface NewTrustedBrowser {
  readonly secretHash: string;
  readonly id: string;
  readonly device: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** So many of one user: a further one takes the place of the oldest. */
const most = 20;

/** SQL: whether a row counts: not for long, and not beyond a new password or another authenticator app. */
const isGood = (browser: string, now: string): string => `${browser}.expires_at > ${now}
  AND EXISTS (SELECT FROM users u WHERE u.id = ${browser}.user_id
    AND (u.password_changed_at IS NULL OR u.password_changed_at < ${browser}.created_at))
  AND EXISTS (SELECT FROM totp_authenticators t WHERE t.user_id = ${browser}.user_id AND t.created_at <= ${browser}.created_at)`;

/** SQL: of hashes in hexadecimal the one by which the user of a row trusts a browser; NULL where none is. */
export const trustedBy = (user: string, hashes: string, now: string): string => `(
  SELECT encode(b.secret_hash, 'hex') FROM trusted_browsers b
  WHERE b.secret_hash = ANY (ARRAY(SELECT decode(hex, 'hex') FROM unnest(${hashes}::text[]) hex)) AND b.user_id = ${user}.id
    AND ${isGood('b', now)} LIMIT 1)`;

/** CTEs that store the JSON of a {@link NewTrustedBrowser}, where it is one, for the users in `from`. */
export function newTrustedBrowser(browser: string, from: string, now: string): string {
  const member = (name: keyof NewTrustedBrowser) => `${browser} ->> ${jsonKey<NewTrustedBrowser>(name)}`;
  return `beyond AS (
     DELETE FROM trusted_browsers WHERE secret_hash IN (
       SELECT secret_hash FROM trusted_browsers
       WHERE ${browser} IS NOT NULL AND user_id IN (SELECT id FROM ${from})
       ORDER BY created_at DESC, secret_hash OFFSET ${most - 1} FOR UPDATE SKIP LOCKED)
   ), newly_trusted AS (
     INSERT INTO trusted_browsers (secret_hash, id, user_id, device, created_at, last_used_at, expires_at)
     SELECT decode(${member('secretHash')}, 'hex'), (${member('id')})::uuid, id, ${member('device')}, ${now}, ${now},
       to_timestamp((${member('expiresAt')})::double precision / 1000)
     FROM ${from} WHERE ${browser} IS NOT NULL
   )`;
}

/** SQL: records that a browser with this hash, in hexadecimal, was trusted, where it still is. */
export const trustedBrowserUse = (hash: string, userId: string, now: string): string => `
     UPDATE trusted_browsers b SET last_used_at = ${now}
     WHERE b.secret_hash = decode(${hash}, 'hex') AND b.user_id = ${userId} AND ${isGood('b', now)} RETURNING b.user_id`;

/** A trusted browser as its user sees it. */
export type OwnTrustedBrowser = Pick<TrustedBrowser, 'id' | 'device' | 'createdAt' | 'lastUsedAt' | 'expiresAt'>;

const ownColumns: Columns<OwnTrustedBrowser> = {
  id: 'b.id',
  device: 'b.device',
  createdAt: 'b.created_at',
  lastUsedAt: 'b.last_used_at',
  expiresAt: 'b.expires_at',
};

const listTrustedBrowsersStatement = statement<{ userId: string; now: Date }, OwnTrustedBrowser>(
  'list_trusted_browsers',
  (p) => `
   SELECT ${selected(ownColumns)} FROM trusted_browsers b
   WHERE b.user_id = ${p.userId} AND ${isGood('b', p.now)} ORDER BY b.last_used_at DESC, b.id`,
);

/** The one that was used last before the others. */
export const listTrustedBrowsers = async (
  sql: Sql,
  which: { readonly userId: string; readonly now: Date },
): Promise<readonly OwnTrustedBrowser[]> => (await sql.query(listTrustedBrowsersStatement, which)).rows;

interface RemovedTrust {
  readonly userId: string;
  /** Null for all. */
  readonly id: string | null;
  readonly now: Date;
  readonly audit: Audit;
}

const removeTrustedBrowsersStatement = statement<RemovedTrust, { id: string }>(
  'remove_trusted_browsers',
  (p) => `
   WITH removed AS (
     DELETE FROM trusted_browsers WHERE user_id = ${p.userId} AND (${p.id}::uuid IS NULL OR id = ${p.id})
     RETURNING id, user_id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: '(SELECT DISTINCT user_id FROM removed) owner', userId: 'user_id' })}
   )
   SELECT id FROM removed`,
);

/** A code is asked for there again. @returns false where none was trusted */
export const removeTrustedBrowsers = async (sql: Sql, which: RemovedTrust): Promise<boolean> =>
  (await sql.query(removeTrustedBrowsersStatement, which)).rowCount > 0;

const forgetTrustedBrowsersStatement = statement<{ userId: string }>(
  'forget_trusted_browsers',
  (p) => `DELETE FROM trusted_browsers WHERE user_id = ${p.userId}`,
);

/** No browser is trusted by the user any more. */
export async function forgetTrustedBrowsers(transaction: Transaction, userId: string): Promise<void> {
  await transaction.query(forgetTrustedBrowsersStatement, { userId });
}
