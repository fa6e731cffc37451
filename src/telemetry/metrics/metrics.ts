import { metrics as api, type Meter } from '@opentelemetry/api';
import type { RoleName } from '../../protocol/endpoints.js';
import { attachGauge, attachRequests, createInstruments, type Gauge, type Instruments } from './instruments.js';
import { bounded, oneOf } from './labels.js';
import { createRequestTally, type RequestTally } from './request-tally.js';

const grantTypes = new Set([
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'device_code',
  'token_exchange',
  'ciba',
]);
const tokenTypes = new Set(['access_token', 'refresh_token', 'id_token']);
const jobResults = new Set(['success', 'failure', 'skipped']);

const failureReasons = bounded(30);
const jobs = bounded(30);
const tables = bounded(50);
const auditTypes = bounded(100);
const keyStates = bounded(20);
const mailTemplates = bounded(50);

/** The last segment of a grant type that is a URN: `…:grant-type:device_code` (RFC 8628 §3.4). */
const grantTypeLabel = (grantType: string): string =>
  oneOf(grantTypes, grantType.slice(grantType.lastIndexOf(':') + 1).replaceAll('-', '_'));

export interface PoolState {
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

export interface SigningKeyAge {
  readonly algorithm: string;
  /** For example next, current, previous. */
  readonly state: string;
  readonly ageSeconds: number;
}

/**
 * How a sign-in can end; `address_delayed` where too many failed from its address, `overloaded` where no password could be
 * verified for want of time.
 */
export type SignInResult =
  | 'success'
  | 'wrong_credentials'
  | 'wrong_code'
  | 'disabled'
  | 'unknown_identity'
  | 'provider_failed'
  | 'delayed'
  | 'address_delayed'
  | 'overloaded';

/** `failed` counts attempts; `dropped` where the person or the address had enough of them. */
export type MailResult = 'queued' | 'dropped' | 'sent' | 'failed' | 'given_up';

/** `failed` counts attempts; `dropped` where the client does not want to be told any more. */
export type LogoutNotificationResult = 'sent' | 'failed' | 'given_up' | 'dropped';

let meter: Meter | undefined;
let instruments: Instruments | undefined;
let requests: RequestTally | undefined;
const gauges = new Map<string, Gauge>();
const inFlight = new Map<RoleName, () => number>();

/** Called once the SDK is registered: an instrument made earlier never has any effect. */
export function connectMetrics(): void {
  const connected = api.getMeter('identity');
  meter = connected;
  instruments = createInstruments(connected);
  requests = createRequestTally();
  attachRequests(connected, requests);
  for (const gauge of gauges.values()) attach(connected, gauge);
}

/** Nothing is counted any more. */
export function disconnectMetrics(): void {
  meter = undefined;
  instruments = undefined;
}

/** The requests since {@link connectMetrics}, which are still to be read when nothing is counted any more. */
export const requestTally = (): RequestTally | undefined => requests;

/** A gauge that is observed again replaces its reading: a second pool in one process is not a second series. */
function observe(gauge: Gauge): void {
  const known = gauges.has(gauge.name);
  gauges.set(gauge.name, gauge);
  if (meter && !known) attach(meter, gauge);
}

const attach = (to: Meter, { name, description }: Gauge): void =>
  attachGauge(to, { name, description, read: () => gauges.get(name)?.read() ?? [] });

const one = (value: number) => [{ value }];

/** Something of a stranger for which there was no room: an address block or all together had enough. */
export interface TurnedAway {
  readonly what:
    | 'connection'
    | 'request'
    | 'interaction'
    | 'mailed_link'
    | 'email_code'
    | 'pushed_request'
    | 'fetched_request'
    | 'client_registration';
  readonly reason: 'address' | 'client' | 'total';
}

/** Milliseconds, as configured. */
export interface HttpTimeouts {
  readonly readTimeout: number;
  readonly writeTimeout: number;
  readonly idleTimeout: number;
  readonly requestTimeout: number;
  readonly shutdownTimeout: number;
}

/** What this product counts. Each label set is fixed: no text of a request becomes a label. Off, all of it does nothing. */
export const metrics = {
  httpRequest(request: { role: RoleName; method: string; route: string; status: number }, seconds: number): void {
    if (instruments) requests?.add(request, seconds);
  },

  turnedAway({ what, reason }: TurnedAway): void {
    instruments?.turnedAway.add(1, { what, reason });
  },

  tokenIssued({ grant_type, token_type }: { grant_type: string; token_type: string }): void {
    instruments?.tokens.add(1, { grant_type: grantTypeLabel(grant_type), token_type: oneOf(tokenTypes, token_type) });
  },

  tokenValidationFailed({ role, reason }: { role: RoleName; reason: string }): void {
    instruments?.tokenFailures.add(1, { role, reason: failureReasons(reason) });
  },

  signIn({ result }: { result: SignInResult }): void {
    instruments?.signIns.add(1, { result });
  },

  /** `first`: nobody failed at that identifier lately. Many of those are guesses spread over accounts. */
  signInFailure({ identifier }: { identifier: 'first' | 'repeated' }): void {
    instruments?.signInFailures.add(1, { identifier });
  },

  signInFailureUnrecorded(): void {
    instruments?.signInFailuresUnrecorded.add(1);
  },

  backgroundJob({ job, result }: { job: string; result: string }, seconds: number): void {
    // not `job`: Prometheus gives that label to whatever it scrapes, and this one would be lost
    instruments?.jobDuration.record(seconds, { job_name: jobs(job), result: oneOf(jobResults, result) });
  },

  sweptRows({ table }: { table: string }, rows: number): void {
    if (rows > 0) instruments?.sweptRows.add(rows, { table: tables(table) });
  },

  auditEvent(type: string): void {
    instruments?.auditEvents.add(1, { type: auditTypes(type) });
  },

  mail({ template, result }: { template: string; result: MailResult }): void {
    instruments?.mails.add(1, { template: mailTemplates(template), result });
  },

  /** @param read what waits to be sent, all processes together */
  observeMails(read: () => { readonly waiting: number; readonly oldestSeconds: number }): void {
    observe({ name: 'mails_waiting', description: 'Mails that wait to be sent.', read: () => one(read().waiting) });
    observe({
      name: 'mail_oldest_waiting_seconds',
      description: 'Age of the mail that has waited for longest.',
      read: () => one(read().oldestSeconds),
    });
  },

  logoutNotification({ result }: { result: LogoutNotificationResult }): void {
    instruments?.logoutNotifications.add(1, { result });
  },

  /** @param read what clients have yet to be told, all processes together */
  observeLogoutNotifications(read: () => { readonly waiting: number; readonly oldestSeconds: number }): void {
    observe({
      name: 'logout_notifications_waiting',
      description: 'Notifications of a logout that wait to be sent.',
      read: () => one(read().waiting),
    });
    observe({
      name: 'logout_notification_oldest_waiting_seconds',
      description: 'Age of the notification of a logout that has waited for longest.',
      read: () => one(read().oldestSeconds),
    });
  },

  telemetryDropped(
    { signal, reason }: { signal: 'traces' | 'metrics'; reason: 'queue' | 'export' },
    count: number,
  ): void {
    instruments?.telemetryDropped.add(count, { signal, reason });
  },

  /** Traces for which the budget of a second was spent. */
  tracesUnrecorded(count: number): void {
    instruments?.tracesUnrecorded.add(count);
  },

  observePool(read: () => PoolState): void {
    observe({
      name: 'database_connections_active',
      description: 'Database connections in use.',
      read: () => one(read().active),
    });
    observe({
      name: 'database_connections_idle',
      description: 'Idle database connections.',
      read: () => one(read().idle),
    });
    observe({ name: 'database_connections_max', description: 'Size of the pool.', read: () => one(read().max) });
    observe({
      name: 'database_pool_waiting',
      description: 'Callers that wait for a database connection.',
      read: () => one(read().waiting),
    });
  },

  /** @param read whether what has to be remembered can be written */
  observeWrites(read: () => boolean): void {
    observe({
      name: 'database_writes_failing',
      description: '1 while the database is full or read only.',
      read: () => one(read() ? 0 : 1),
    });
  },

  observeSigningKeys(read: () => readonly SigningKeyAge[]): void {
    observe({
      name: 'signing_key_age_seconds',
      description: 'Age of the signing keys.',
      read: () =>
        read().map(({ algorithm, state, ageSeconds }) => ({
          value: ageSeconds,
          labels: { algorithm: keyStates(algorithm), state: keyStates(state) },
        })),
    });
  },

  observeTimeouts({ readTimeout, writeTimeout, idleTimeout, requestTimeout, shutdownTimeout }: HttpTimeouts): void {
    const timeouts = {
      read: readTimeout,
      write: writeTimeout,
      idle: idleTimeout,
      request: requestTimeout,
      shutdown: shutdownTimeout,
    };
    observe({
      name: 'http_timeout_seconds',
      description: 'HTTP time-outs as configured.',
      read: () => Object.entries(timeouts).map(([timeout, ms]) => ({ value: ms / 1000, labels: { timeout } })),
    });
  },

  observeRequestsInFlight(role: RoleName, read: () => number): void {
    inFlight.set(role, read);
    observe({
      name: 'http_requests_in_flight',
      description: 'Requests being answered.',
      read: () => [...inFlight].map(([of, value]) => ({ value: value(), labels: { role: of } })),
    });
  },
};
