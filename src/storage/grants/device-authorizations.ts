import { type Audit, auditRow } from '../audit/audit-events.js';
import { selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import type { DeviceAuthorization } from '../schema/device-authorizations.js';
import type { InteractionOutcome, SignedInOutcome } from '../schema/interactions.js';

import { grantedAnswer, grantOfOutcome, rememberedAnswer } from './code-issue.js';

type NewDeviceAuthorization = Pick<
  DeviceAuthorization,
  | 'deviceCodeHash'
  | 'userCodeHash'
  | 'clientId'
  | 'request'
  | 'addressBlock'
  | 'intervalSeconds'
  | 'usableUntil'
  | 'expiresAt'
> & { readonly now: Date };

const startDeviceAuthorizationStatement = statement<NewDeviceAuthorization>(
  'start_device_authorization',
  (p) => `
   INSERT INTO device_authorizations
     (device_code_hash, user_code_hash, client_id, request, address_block, interval_seconds, created_at, usable_until, expires_at)
   VALUES (${p.deviceCodeHash}, ${p.userCodeHash}, ${p.clientId}, ${p.request}, ${p.addressBlock}, ${p.intervalSeconds}, ${p.now},
     ${p.usableUntil}, ${p.expiresAt})
   ON CONFLICT (user_code_hash) DO NOTHING`,
);

/** authz remembers a device. @returns false when the user code is taken: nothing is stored then */
export const startDeviceAuthorization = async (sql: Sql, device: NewDeviceAuthorization): Promise<boolean> =>
  (await sql.query(startDeviceAuthorizationStatement, device)).rowCount === 1;

/** Nobody has decided about the device `d` yet, and its codes are good. */
const isUndecided = (now: string): string =>
  `d.authorization_grant_id IS NULL AND d.denied_at IS NULL AND d.usable_until > ${now}`;

interface EnteredUserCode {
  /** Under each of the keys, newest first. */
  readonly userCodeHashes: readonly Buffer[];
  /** Of the interaction that is started. */
  readonly idHash: Buffer;
  readonly now: Date;
  readonly expiresAt: Date;
  readonly traceparent: string | null;
}

const startDeviceInteractionStatement = statement<EnteredUserCode>(
  'start_device_interaction',
  (p) => `
   INSERT INTO interactions (id_hash, client_id, request, purpose, device_code_hash, created_at, expires_at, traceparent)
   SELECT ${p.idHash}, d.client_id, d.request, 'device', d.device_code_hash, ${p.now}, ${p.expiresAt}, ${p.traceparent}
   FROM device_authorizations d
   WHERE d.user_code_hash = ANY (${p.userCodeHashes}::bytea[]) AND ${isUndecided(p.now)}`,
);

/** idp opens an interaction for whoever entered a user code. @returns false when no device waits for that code */
export const startDeviceInteraction = async (sql: Sql, entered: EnteredUserCode): Promise<boolean> =>
  (await sql.query(startDeviceInteractionStatement, entered)).rowCount === 1;

/** What is told of a device to whoever decides about it. */
export interface AskingDevice {
  readonly addressBlock: string | null;
}

const findAskingDeviceStatement = statement<{ readonly idHash: Buffer; readonly now: Date }, AskingDevice>(
  'find_asking_device',
  (p) => `
   SELECT d.address_block AS "addressBlock"
   FROM interactions i JOIN device_authorizations d ON d.device_code_hash = i.device_code_hash
   WHERE i.id_hash = ${p.idHash} AND ${isUndecided(p.now)}`,
);

/** The device that an interaction is about; null when it has been decided about elsewhere, or its code has expired. */
export const findAskingDevice = async (sql: Sql, idHash: Buffer, now: Date): Promise<AskingDevice | null> =>
  (await sql.query(findAskingDeviceStatement, { idHash, now })).rows[0] ?? null;

interface DeviceDecision {
  /** Of the interaction. */
  readonly idHash: Buffer;
  readonly now: Date;
}

interface DeviceAllowed extends DeviceDecision {
  readonly outcome: SignedInOutcome;
  readonly authorizationGrantId: string;
  readonly audit: Audit;
}

const outcomeKey = jsonKey<SignedInOutcome>;

/** FROM and WHERE of a decision about a device `d` in an interaction `i`: the first one counts. */
const whereUndecided = (p: { readonly idHash: string; readonly now: string }): string => `
     FROM interactions i
     WHERE i.id_hash = ${p.idHash} AND i.purpose = 'device' AND i.completed_at IS NULL AND i.expires_at > ${p.now}
       AND d.device_code_hash = i.device_code_hash AND ${isUndecided(p.now)}`;

// The session is locked as where a code is made: what ends it waits, and then sees the grant.
const allowDeviceStatement = statement<DeviceAllowed>(
  'allow_device',
  (p) => `
   WITH alive AS (
     SELECT s.id, s.user_id FROM sessions s
     WHERE s.id = (${p.outcome}::jsonb ->> ${outcomeKey('sessionId')})::uuid
       AND s.user_id = (${p.outcome}::jsonb ->> ${outcomeKey('userId')})::uuid AND s.expires_at > ${p.now}
     FOR KEY SHARE OF s
   ), allowed AS (
     UPDATE device_authorizations d SET user_id = (SELECT user_id FROM alive), authorization_grant_id = ${p.authorizationGrantId}::uuid
     ${whereUndecided(p)} AND EXISTS (SELECT FROM alive)
     RETURNING d.client_id, d.user_id, d.usable_until, i.request
   ), completed AS (
     UPDATE interactions SET outcome = ${p.outcome}, completed_at = ${p.now}
     WHERE id_hash = ${p.idHash} AND EXISTS (SELECT FROM allowed)
   ), answered AS (
     SELECT client_id AS "clientId", ${selected(grantOfOutcome)}, ${p.authorizationGrantId}::uuid AS "authorizationGrantId",
       usable_until AS "codeExpiresAt", ${p.now}::timestamptz AS now
     FROM (SELECT *, ${p.outcome}::jsonb AS outcome FROM allowed) allowed
   ), ${grantedAnswer}, ${rememberedAnswer}, audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'answered', userId: '"userId"', clientId: '"clientId"', sessionId: '"sessionId"', grantId: '"authorizationGrantId"' })}
   )
   SELECT "clientId" FROM answered`,
);

/**
 * Somebody allows a device: the authorization grant is there from then on, so that whatever ends it meanwhile ends the device's code
 * with it. Completes the interaction in the same statement.
 * @returns false when the device was decided about before, its code has expired, or the session has ended
 */
export const allowDevice = async (sql: Sql, allowed: DeviceAllowed): Promise<boolean> =>
  (await sql.query(allowDeviceStatement, allowed)).rowCount === 1;

interface DeviceDenied extends DeviceDecision {
  readonly outcome: InteractionOutcome;
}

const denyDeviceStatement = statement<DeviceDenied>(
  'deny_device',
  (p) => `
   WITH denied AS (
     UPDATE device_authorizations d SET denied_at = ${p.now} ${whereUndecided(p)}
   )
   UPDATE interactions SET outcome = ${p.outcome}, completed_at = ${p.now}
   WHERE id_hash = ${p.idHash} AND purpose = 'device' AND completed_at IS NULL AND expires_at > ${p.now}`,
);

/** The interaction ends without a yes, and so does the device's wait. @returns false when it was completed before */
export const denyDevice = async (sql: Sql, denied: DeviceDenied): Promise<boolean> =>
  (await sql.query(denyDeviceStatement, denied)).rowCount === 1;
