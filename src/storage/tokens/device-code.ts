import type { DeviceCodeFacts } from '../../protocol/token/device-code.js';
import { coalescedStatement } from '../connection/coalesced-statement.js';
import { selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { type GrantOfUser, grantIsAlive, grantOfUserColumns } from '../grants/authorization-grants.js';
import {
  issueFromRedeemed,
  type Redemption,
  type RedemptionParameters,
  redeemedColumns,
  redemptionParameters,
  redemptionTypes,
  type StoredTokens,
  whereRedeemable,
} from './redemption.js';

interface Poll {
  readonly deviceCodeHash: Buffer;
  readonly clientId: string;
  readonly now: Date;
  /** Seconds by which the interval grows where the device did not wait. */
  readonly slowDownBy: number;
}

/** A device code with what its user allowed; without that the members of the grant are null. */
export type PolledDevice = DeviceCodeFacts & (GrantOfUser | { readonly authorizationGrantId: null });

// The lock makes polls at the same moment see each other: all but the first come too early.
const pollDeviceAuthorizationStatement = statement<Poll, PolledDevice>(
  'poll_device_authorization',
  (p) => `
   WITH polled AS (
     UPDATE device_authorizations d SET last_polled_at = ${p.now},
       interval_seconds = d.interval_seconds + CASE WHEN before.too_early THEN ${p.slowDownBy}::integer ELSE 0 END
     FROM (
       SELECT device_code_hash,
         COALESCE(${p.now}::timestamptz < last_polled_at + interval_seconds * interval '1 second', false) AS too_early
       FROM device_authorizations WHERE device_code_hash = ${p.deviceCodeHash} AND client_id = ${p.clientId} FOR UPDATE
     ) before
     WHERE d.device_code_hash = before.device_code_hash
     RETURNING d.client_id, d.usable_until, d.denied_at, d.consumed_at, d.authorization_grant_id, before.too_early
   )
   SELECT p.usable_until AS "usableUntil", p.denied_at AS "deniedAt", p.consumed_at AS "consumedAt", p.too_early AS "tooEarly",
     ${selected({ ...grantOfUserColumns, authorizationGrantId: 'p.authorization_grant_id' })},
     COALESCE(${grantIsAlive} AND g.id IS NOT NULL, false) AS alive
   FROM polled p
   JOIN clients c ON c.client_id = p.client_id
   LEFT JOIN authorization_grants g ON g.id = p.authorization_grant_id
   LEFT JOIN users u ON u.id = g.user_id`,
);

/**
 * A device of this client asks how things stand (RFC 8628 §3.4): notes when, and lengthens the interval of one that did not wait.
 * @returns null when the device code is unknown or another client's
 */
export const pollDeviceAuthorization = async (sql: Sql, poll: Poll): Promise<PolledDevice | null> =>
  (await sql.query(pollDeviceAuthorizationStatement, poll)).rows[0] ?? null;

const redeemDeviceCodeStatement = coalescedStatement<RedemptionParameters>(
  'redeem_device_code',
  redemptionTypes,
  (p, asked) => `
   WITH redeemed AS (
     UPDATE device_authorizations t SET consumed_at = ${p.now}
     ${whereRedeemable(p, asked, { hash: 't.device_code_hash', usableUntil: 't.usable_until', and: 't.denied_at IS NULL' })}
     RETURNING ${redeemedColumns(p)}
   ), ${issueFromRedeemed()}
   SELECT n FROM redeemed`,
);

/**
 * Redeems this client's own device code, once, while its authorization grant is alive, and stores what is issued for it in the same
 * statement (RFC 8628 §3.5).
 * @returns false when it could not be redeemed, and nothing was issued then
 */
export const redeemDeviceCode = async (
  sql: Sql,
  redemption: Redemption & { readonly issued: StoredTokens },
): Promise<boolean> => (await sql.query(redeemDeviceCodeStatement, redemptionParameters(redemption))).rowCount === 1;
