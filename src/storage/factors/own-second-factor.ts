import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { type OwnChange, type ToldChange, toldChange } from '../people/own-change.js';
import { replacedRecoveryCodes } from './recovery-codes.js';

/** The authenticator app of a user, as they see it. */
export interface OwnTotp {
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** That are unused. */
  readonly recoveryCodes: number;
}

const findOwnTotpStatement = statement<{ userId: string }, OwnTotp>(
  'find_own_totp',
  (p) => `
   SELECT t.created_at AS "createdAt", t.last_used_at AS "lastUsedAt",
     (SELECT count(*)::integer FROM recovery_codes c WHERE c.user_id = t.user_id AND c.used_at IS NULL) AS "recoveryCodes"
   FROM totp_authenticators t WHERE t.user_id = ${p.userId}`,
);

/** @returns null where none is set up */
export const findOwnTotp = async (sql: Sql, userId: string): Promise<OwnTotp | null> =>
  (await sql.query(findOwnTotpStatement, { userId })).rows[0] ?? null;

interface NewOwnTotp extends OwnChange {
  /** Hash of the secret of the session in which it is set up. */
  readonly sessionSecretHash: Buffer;
  /** How many challenges had been answered in it before. */
  readonly challenge: number;
  readonly sealedSecret: Buffer;
  /** Of the first code. */
  readonly step: number;
  /** Hashes of a set that replaces any other; hexadecimal. */
  readonly recoveryCodes: readonly string[];
}

const addOwnTotpStatement = statement<NewOwnTotp, ToldChange>(
  'add_own_totp',
  (p) => `
   WITH answered AS (
     UPDATE sessions SET challenges_answered = challenges_answered + 1
     WHERE secret_hash = ${p.sessionSecretHash} AND challenges_answered = ${p.challenge} AND user_id = ${p.userId} AND expires_at > ${p.now}
     RETURNING user_id
   ), owner AS (
     SELECT id, email, claims FROM users WHERE id IN (SELECT user_id FROM answered) AND disabled_at IS NULL FOR SHARE
   ), added AS (
     INSERT INTO totp_authenticators (user_id, sealed_secret, last_step, created_at, last_used_at)
     SELECT id, ${p.sealedSecret}, ${p.step}, ${p.now}, ${p.now} FROM owner
     ON CONFLICT (user_id) DO NOTHING RETURNING user_id
   ), changed AS (
     SELECT o.id, o.email, o.claims FROM owner o JOIN added a ON a.user_id = o.id
   ), ${replacedRecoveryCodes({
     from: 'changed',
     userId: 'id',
     hashes: `to_jsonb(${p.recoveryCodes}::text[])`,
     now: p.now,
   })}, ${toldChange({ now: p.now, audit: p.audit, notice: p.notice, from: 'changed' })}`,
);

/**
 * Sets up an authenticator app, with recovery codes, in a session of its user.
 * @returns null where there is one already, another was set up in the session meanwhile, or the session or its user is gone
 */
export const addOwnTotp = async (sql: Sql, totp: NewOwnTotp): Promise<ToldChange | null> =>
  (await sql.query(addOwnTotpStatement, totp)).rows[0] ?? null;

const removeOwnTotpStatement = statement<OwnChange, ToldChange>(
  'remove_own_totp',
  (p) => `
   WITH removed AS (
     DELETE FROM totp_authenticators WHERE user_id = ${p.userId} RETURNING user_id
   ), codes AS (
     DELETE FROM recovery_codes WHERE user_id IN (SELECT user_id FROM removed)
   ), changed AS (
     SELECT id, email, claims FROM users WHERE id IN (SELECT user_id FROM removed)
   ), ${toldChange({ now: p.now, audit: p.audit, notice: p.notice, from: 'changed' })}`,
);

/** Takes the authenticator app away, and the recovery codes with it. @returns null where there was none */
export const removeOwnTotp = async (sql: Sql, change: OwnChange): Promise<ToldChange | null> =>
  (await sql.query(removeOwnTotpStatement, change)).rows[0] ?? null;

type NewCodes = OwnChange & Pick<NewOwnTotp, 'recoveryCodes'>;

const replaceOwnRecoveryCodesStatement = statement<NewCodes, ToldChange>(
  'replace_own_recovery_codes',
  (p) => `
   WITH app AS (
     SELECT user_id FROM totp_authenticators WHERE user_id = ${p.userId} FOR NO KEY UPDATE
   ), changed AS (
     SELECT id, email, claims FROM users WHERE id IN (SELECT user_id FROM app) AND disabled_at IS NULL
   ), ${replacedRecoveryCodes({
     from: 'changed',
     userId: 'id',
     hashes: `to_jsonb(${p.recoveryCodes}::text[])`,
     now: p.now,
   })}, ${toldChange({ now: p.now, audit: p.audit, notice: p.notice, from: 'changed' })}`,
);

/** Puts a set of recovery codes in the place of the one there is. @returns null where there is no authenticator app */
export const replaceOwnRecoveryCodes = async (sql: Sql, change: NewCodes): Promise<ToldChange | null> =>
  (await sql.query(replaceOwnRecoveryCodesStatement, change)).rows[0] ?? null;
