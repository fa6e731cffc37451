import type { PasskeyDeviceType } from '../../protocol/sign-in/passkey.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { type Placeholders, statement } from '../connection/statement.js';
import type { NewMail } from '../mail/outgoing-mails.js';
import { type OwnChange, type ToldChange, toldChange } from '../people/own-change.js';
import type { Passkey } from '../schema/passkeys.js';
import { lockedWaysIn } from '../sign-in/ways-in.js';

/**
 * SQL: the methods that the passkeys of a row's user stand for, by their registered names (RFC 8176 §2), NULL where there is none.
 * One row of each is enough, which is looked up by the index whatever PostgreSQL expects to find.
 */
export function enrolledPasskeys(user: string): readonly string[] {
  const stored = (deviceType: PasskeyDeviceType) =>
    `FROM passkeys k WHERE k.user_id = ${user}.id AND k.device_type = '${deviceType}' AND k.flagged_at IS NULL LIMIT 1`;
  return [`(SELECT 'hwk' ${stored('single')})`, `(SELECT 'swk' ${stored('multi')})`];
}

/** SQL: bytes as the browser names them (RFC 4648 §5). */
const base64url = (bytes: string): string => `translate(encode(${bytes}, 'base64'), E'+/=\\n', '-_')`;

/** SQL: an array of the ids of the passkeys, in base64url, with which the user of a row can sign in. */
export const acceptedPasskeys = (user: string): string =>
  `ARRAY(
     SELECT ${base64url('k.credential_id')}
     FROM passkeys k WHERE k.user_id = ${user}.id AND k.flagged_at IS NULL ORDER BY k.created_at
   )`;

/** Whose passkeys they are, as a password manager shows them. */
interface PasskeyOwnerRow {
  readonly id: string;
  readonly username: string;
  readonly displayName: string | null;
  /** In base64url. */
  readonly accepted: readonly string[];
}

const findPasskeyOwnerStatement = statement<{ readonly userId: string }, PasskeyOwnerRow>(
  'find_passkey_owner',
  (p) => `
   SELECT u.id, u.username, u.claims ->> 'name' AS "displayName", ${acceptedPasskeys('u')} AS accepted
   FROM users u WHERE u.id = ${p.userId}`,
);

/** What a password manager is told of a user; undefined when there is none. */
export const findPasskeyOwner = async (sql: Sql, userId: string): Promise<PasskeyOwnerRow | undefined> =>
  (await sql.query(findPasskeyOwnerStatement, { userId })).rows[0];

export interface NewPasskey extends Omit<Passkey, 'counter' | 'createdAt' | 'lastUsedAt' | 'flaggedAt'> {
  readonly counter: number;
}

/** What a challenge is bound to: the interaction in which a passkey is offered, or the session in which its user adds one. */
type ChallengePlace = 'interaction' | 'session';

interface AddedPasskey extends NewPasskey {
  /** Hash of the interaction's id, or of the session's secret. */
  readonly placeHash: Buffer;
  /** How many challenges had been answered there before. */
  readonly challenge: number;
  readonly now: Date;
  readonly audit: Audit;
  readonly notice: NewMail | null;
}

const answeredIn = (p: Placeholders<AddedPasskey>): Readonly<Record<ChallengePlace, string>> => ({
  interaction: `UPDATE interactions SET challenges_answered = challenges_answered + 1
     WHERE id_hash = ${p.placeHash} AND challenges_answered = ${p.challenge} AND completed_at IS NULL AND expires_at > ${p.now}`,
  session: `UPDATE sessions SET challenges_answered = challenges_answered + 1
     WHERE secret_hash = ${p.placeHash} AND challenges_answered = ${p.challenge} AND user_id = ${p.userId} AND expires_at > ${p.now}`,
});

const addPasskeyIn = (place: ChallengePlace) =>
  statement<AddedPasskey, ToldChange>(
    `add_passkey_in_${place}`,
    (p) => `
   WITH answered AS (
     ${answeredIn(p)[place]} RETURNING true
   ), owner AS (
     SELECT id, email, claims FROM users WHERE id = ${p.userId} AND disabled_at IS NULL AND EXISTS (SELECT FROM answered) FOR KEY SHARE
   ), added AS (
     INSERT INTO passkeys (credential_id, user_id, public_key, counter, transports, device_type, backed_up, aaguid, name, created_at)
     SELECT ${p.credentialId}, id, ${p.publicKey}, ${p.counter}, ${p.transports}, ${p.deviceType}, ${p.backedUp}, ${p.aaguid}, ${p.name}, ${p.now}
     FROM owner
     ON CONFLICT (credential_id) DO NOTHING
     RETURNING user_id
   ), changed AS (
     SELECT id, email, claims FROM owner WHERE id IN (SELECT user_id FROM added)
   ), ${toldChange({ now: p.now, audit: p.audit, notice: p.notice, from: 'changed' })}`,
  );

const addPasskeyStatements = { interaction: addPasskeyIn('interaction'), session: addPasskeyIn('session') };

/**
 * Keeps a passkey that was made for the challenge of an interaction or a session, and redeems the challenge.
 * @returns null when the challenge was answered before, the credential is somebody's already or the user is disabled
 */
export const addPasskey = async (sql: Sql, place: ChallengePlace, passkey: AddedPasskey): Promise<ToldChange | null> =>
  (await sql.query(addPasskeyStatements[place], passkey)).rows[0] ?? null;

interface Flagging {
  readonly credentialId: Buffer;
  readonly now: Date;
  readonly audit: Audit;
}

const flagPasskeyStatement = statement<Flagging, { userId: string }>(
  'flag_passkey',
  (p) => `
   WITH flagged AS (
     UPDATE passkeys SET flagged_at = ${p.now} WHERE credential_id = ${p.credentialId} AND flagged_at IS NULL RETURNING user_id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'flagged', userId: 'user_id' })}
   )
   SELECT user_id AS "userId" FROM flagged`,
);

/** Nobody signs in with it from now on. @returns false when that was so before */
export async function flagPasskey(sql: Sql, flagging: Flagging): Promise<boolean> {
  return (await sql.query(flagPasskeyStatement, flagging)).rowCount === 1;
}

/** A passkey as its owner may see it. */
export interface ListedPasskey {
  /** The credential's id in base64url. */
  readonly id: string;
  readonly name: string;
  readonly deviceType: PasskeyDeviceType;
  readonly backedUp: boolean;
  readonly transports: readonly string[];
  readonly aaguid: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly flaggedAt: Date | null;
}

const listedColumns: Columns<ListedPasskey> = {
  id: base64url('credential_id'),
  name: 'name',
  deviceType: 'device_type',
  backedUp: 'backed_up',
  transports: 'transports',
  aaguid: 'aaguid',
  createdAt: 'created_at',
  lastUsedAt: 'last_used_at',
  flaggedAt: 'flagged_at',
};

const listPasskeysStatement = statement<{ userId: string }, ListedPasskey>(
  'list_passkeys',
  (p) =>
    `SELECT ${selected(listedColumns)} FROM passkeys WHERE user_id = ${p.userId} ORDER BY created_at, credential_id`,
);

/** The oldest first. */
export const listPasskeys = async (sql: Sql, userId: string): Promise<readonly ListedPasskey[]> =>
  (await sql.query(listPasskeysStatement, { userId })).rows;

interface OwnPasskey {
  readonly userId: string;
  readonly credentialId: Buffer;
  readonly now: Date;
  readonly audit: Audit;
}

const renamePasskeyStatement = statement<OwnPasskey & { readonly name: string }, { userId: string }>(
  'rename_passkey',
  (p) => `
   WITH renamed AS (
     UPDATE passkeys SET name = ${p.name} WHERE credential_id = ${p.credentialId} AND user_id = ${p.userId} RETURNING user_id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'renamed', userId: 'user_id' })}
   )
   SELECT user_id AS "userId" FROM renamed`,
);

/** @returns false when the user has no such passkey */
export async function renamePasskey(sql: Sql, passkey: OwnPasskey & { readonly name: string }): Promise<boolean> {
  return (await sql.query(renamePasskeyStatement, passkey)).rowCount === 1;
}

interface RemovedPasskey extends OwnChange {
  readonly credentialId: Buffer;
  /** Other providers of the configuration: by an identity at any other nobody signs in. */
  readonly providers: readonly string[];
}

const removePasskeyStatement = statement<RemovedPasskey, ToldChange>(
  'remove_passkey',
  (p) => `
   WITH ${lockedWaysIn(p.userId)}, removed AS (
     DELETE FROM passkeys
     WHERE credential_id = ${p.credentialId} AND credential_id IN (SELECT credential_id FROM stored_passkeys) AND (
       EXISTS (SELECT FROM stored_passkeys WHERE credential_id <> ${p.credentialId} AND flagged_at IS NULL)
       OR EXISTS (SELECT FROM stored_identities WHERE provider = ANY (${p.providers}::text[]))
       OR EXISTS (SELECT FROM users WHERE id = ${p.userId} AND password_hash IS NOT NULL))
     RETURNING user_id
   ), changed AS (
     SELECT id, email, claims FROM users WHERE id IN (SELECT user_id FROM removed)
   ), ${toldChange({ now: p.now, audit: p.audit, notice: p.notice, from: 'changed' })}`,
);

/** @returns null when the user has no such passkey, or nothing else to sign in by */
export const removePasskey = async (sql: Sql, passkey: RemovedPasskey): Promise<ToldChange | null> =>
  (await sql.query(removePasskeyStatement, passkey)).rows[0] ?? null;
