/**
 * EVENTS. Owns what is told about security: one call, and the log line, the counters and the audit row follow from one table.
 * Never decides anything. Talks to the log, to metrics, and to the batch of audit rows.
 */
import { after, type Clock } from '../clock.js';
import type { Asked } from '../http/request/asked.js';
import type { Audit, AuditBatch, AuditContext, AuditDetail } from '../storage/audit/audit-events.js';
import type { Log } from '../telemetry/log/logger.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { type BatchEvent, type EventRule, eventTable, type StatementEvent } from './event-table.js';
import type { EventSubject, SecurityEvent } from './security-event.js';

/** Who asked: a browser or client over HTTP, or whoever acts from inside: `command`, `configuration`, `schedule`. */
export type Actor = Asked & { readonly by?: string };

/** What a statement resolves to when something came of it. */
type Happened<Result> = Exclude<Result, null | false>;

/** What only the statement found out about an event; the audit row has it from the statement itself. */
export interface Learned extends EventSubject {
  readonly detail?: AuditDetail;
}

/** Tells of what changes rows: all that administration needs. */
export interface ChangeEvents {
  /**
   * Runs the statement that changes the state, and the event's audit row with it; told to log and counters once it has happened.
   * @param write resolves to null or false where nothing came of it: then nothing is told
   * @param learned what only the statement found out about the event; null where nothing came of it after all, or another
   * one that is told of elsewhere
   * @returns what `write` resolved to
   */
  recordWith<Result>(
    actor: Actor,
    event: StatementEvent,
    write: (audit: Audit) => Promise<Result>,
    learned?: (result: Happened<Result>) => Learned | null,
  ): Promise<Result>;
}

export interface Events extends ChangeEvents {
  /** Tells of an event that changes no row. */
  record(actor: Actor, event: BatchEvent): void;
}

export interface ChangeEventsOptions {
  readonly clock: Clock;
  /** Milliseconds that an audit row is kept. */
  readonly retention: number;
  readonly log: Log;
}

export interface EventsOptions extends ChangeEventsOptions {
  readonly batch: Pick<AuditBatch, 'add'>;
}

/** What the row's `context` says: where the request came from, and what explains the event. */
function contextOf({ requestId, traceId, address, by }: Actor, { detail }: SecurityEvent): AuditContext {
  return {
    ...(by === undefined ? {} : { by }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    ...(address === undefined ? {} : { address }),
    ...detail,
  };
}

const subjectOf = ({ clientId, userId, sessionId, authorizationGrantId }: EventSubject): EventSubject => ({
  ...(clientId === undefined ? {} : { clientId }),
  ...(userId === undefined ? {} : { userId }),
  ...(sessionId === undefined ? {} : { sessionId }),
  ...(authorizationGrantId === undefined ? {} : { authorizationGrantId }),
});

function tell(log: Log, event: SecurityEvent, { detail, ...subject }: Learned): void {
  const { level, count } = eventTable[event.type] as EventRule<never>;
  metrics.auditEvent(event.type);
  count?.(event as never);
  log[level](event.type.replaceAll('_', ' '), {
    client_id: subject.clientId,
    user_id: subject.userId,
    session_id: subject.sessionId,
    authorization_grant_id: subject.authorizationGrantId,
    ...event.detail,
    ...detail,
  });
}

export const createChangeEvents = ({ clock, retention, log }: ChangeEventsOptions): ChangeEvents => ({
  async recordWith<Result>(
    actor: Actor,
    event: StatementEvent,
    write: (audit: Audit) => Promise<Result>,
    learned?: (result: Happened<Result>) => Learned | null,
  ): Promise<Result> {
    const subject = subjectOf(event);
    const expiresAt = after(clock.now(), retention);
    const result = await write({ type: event.type, ...subject, context: contextOf(actor, event), expiresAt });
    if (result === null || result === false) return result;
    const more = learned ? learned(result as Happened<Result>) : {};
    if (more) tell(log, event, { ...subject, ...subjectOf(more), ...(more.detail && { detail: more.detail }) });
    return result;
  },
});

export const createEvents = ({ batch, ...options }: EventsOptions): Events => ({
  ...createChangeEvents(options),
  record(actor, event) {
    const subject = subjectOf(event);
    batch.add({ type: event.type, ...subject, context: contextOf(actor, event) });
    tell(options.log, event, subject);
  },
});
