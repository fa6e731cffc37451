import type { Clock } from '../../clock.js';
import { after } from '../../clock.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import type { AuditEventType } from '../schema/audit-events.js';

/** What explains an event; never a secret. */
export interface AuditDetail {
  readonly [detail: string]: string | number | boolean | readonly string[] | undefined;
}

/** Who asked, from where: goes into the row's `context` beside what the event itself tells. */
export interface AuditContext extends AuditDetail {
  readonly request_id?: string;
  readonly trace_id?: string;
  readonly address?: string;
}

/** Whom and what an event is about. */
interface AuditSubject {
  readonly userId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly authorizationGrantId?: string | undefined;
}

/** What a verb is given so that its audit row rides in its statement or transaction. */
export interface Audit extends AuditSubject {
  readonly type: AuditEventType;
  readonly context: AuditContext;
  /** When the row may be swept. */
  readonly expiresAt: Date;
}

/** SQL expressions over the rows of `from` that fill the columns of an audit row. */
interface AuditSource {
  /** An {@link Audit}. */
  readonly audit: string;
  readonly now: string;
  readonly from: string;
  readonly userId?: string;
  readonly clientId?: string;
  readonly sessionId?: string;
  readonly grantId?: string;
}

const auditKey = jsonKey<Audit>;

/** An INSERT that writes one audit row for each row of a CTE, in the statement that changes the state. */
export const auditRow = ({ audit, now, from, userId, clientId, sessionId, grantId }: AuditSource): string => `
  INSERT INTO audit_events (occurred_at, type, user_id, client_id, session_id, authorization_grant_id, context, expires_at)
  SELECT ${now}, ${audit}::jsonb ->> ${auditKey('type')}, ${userId ?? 'NULL'}, ${clientId ?? 'NULL'}, ${sessionId ?? 'NULL'},
    ${grantId ?? 'NULL'}, ${audit}::jsonb -> ${auditKey('context')}, (${audit}::jsonb ->> ${auditKey('expiresAt')})::timestamptz
  FROM ${from}`;

export interface NewAuditEvent extends AuditSubject {
  readonly type: AuditEventType;
  readonly occurredAt: Date;
  readonly context: AuditContext;
}

const insertAuditEventsStatement = statement<{ events: string }>(
  'insert_audit_events',
  (p) => `
   INSERT INTO audit_events (occurred_at, type, user_id, client_id, session_id, authorization_grant_id, context, expires_at)
   SELECT occurred_at, type, user_id, client_id, session_id, authorization_grant_id, context, expires_at
   FROM jsonb_to_recordset(${p.events}::jsonb) AS event (occurred_at timestamptz, type text, user_id uuid, client_id text,
     session_id uuid, authorization_grant_id uuid, context jsonb, expires_at timestamptz)`,
);

/** Writes events that no statement carries; all of them or none. */
export async function insertAuditEvents(sql: Sql, events: readonly NewAuditEvent[], retention: number): Promise<void> {
  const rows = events.map((event) => ({
    occurred_at: event.occurredAt,
    type: event.type,
    user_id: event.userId,
    client_id: event.clientId,
    session_id: event.sessionId,
    authorization_grant_id: event.authorizationGrantId,
    context: event.context,
    expires_at: after(event.occurredAt, retention),
  }));
  await sql.query(insertAuditEventsStatement, { events: JSON.stringify(rows) });
}

export interface AuditBatch {
  /** Remembers the event; it is written with others within a second. */
  add(event: Omit<NewAuditEvent, 'occurredAt'>): void;
  /** Writes what is waiting; called at shutdown before the pool closes. */
  flush(): Promise<void>;
}

interface AuditBatchOptions {
  readonly sql: Sql;
  readonly clock: Clock;
  /** Milliseconds that a row is kept. */
  readonly retention: number;
  /** Told how many events were lost, when the database is away for longer than the bound lasts. */
  readonly onLoss: (count: number, cause: unknown) => void;
}

const maxWaitingEvents = 10_000;
const delay = 500;

/** Events that wait to be written. The oldest give way above the bound, and their loss is told. */
function createWaitingEvents(onLoss: AuditBatchOptions['onLoss']) {
  let waiting: NewAuditEvent[] = [];
  return {
    count: () => waiting.length,
    add(event: NewAuditEvent): void {
      if (waiting.length >= maxWaitingEvents) {
        waiting.shift();
        onLoss(1, new Error('the audit batch is full'));
      }
      waiting.push(event);
    },
    takeAll(): readonly NewAuditEvent[] {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    /** Events that could not be written go before those that came meanwhile. */
    putBack(taken: readonly NewAuditEvent[], cause: unknown): void {
      const all = [...taken, ...waiting];
      waiting = all.slice(-maxWaitingEvents);
      if (all.length > waiting.length) onLoss(all.length - waiting.length, cause);
    },
  };
}

/**
 * Coalesces the events of requests that change no row (client_credentials with a JWT): one INSERT for many.
 * A failed write is tried again with the next; above the bound the oldest are given up and counted.
 */
export function createAuditBatch({ sql, clock, retention, onLoss }: AuditBatchOptions): AuditBatch {
  const waiting = createWaitingEvents(onLoss);
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    timer = undefined;
    const events = waiting.takeAll();
    if (events.length === 0) return;
    try {
      await insertAuditEvents(sql, events, retention);
    } catch (error) {
      waiting.putBack(events, error);
      schedule();
    }
  }

  function schedule(): void {
    if (timer) return;
    timer = setTimeout(() => {
      writing = writing.then(write);
    }, delay);
    timer.unref();
  }

  return {
    add(event) {
      waiting.add({ ...event, occurredAt: clock.now() });
      schedule();
    },
    async flush() {
      clearTimeout(timer);
      writing = writing.then(write);
      await writing;
      clearTimeout(timer);
      if (waiting.count() > 0) onLoss(waiting.count(), new Error('the database did not take them at shutdown'));
    },
  };
}
