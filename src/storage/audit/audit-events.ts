import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { Clock } from '../../clock.js';
import { after } from '../../clock.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';

/** What is worth remembering about security; the closed set of types. */
export type AuditEventType =
  | 'sign_in'
  | 'sign_in_failed'
  | 'sign_out'
  | 'consent_granted'
  | 'consent_denied'
  | 'consent_implied'
  | 'consent_withdrawn'
  | 'authorization_code_issued'
  | 'device_allowed'
  | 'token_issued'
  | 'token_refreshed'
  | 'token_reuse_detected'
  | 'token_revoked'
  | 'client_authentication_failed'
  | 'signing_key_rotated'
  | 'signing_key_withdrawn'
  | 'encryption_key_rotated'
  | 'encryption_key_withdrawn'
  | 'keys_rewrapped'
  | 'client_changed'
  | 'registration_token_changed'
  | 'user_changed'
  | 'users_exported'
  | 'mail_given_up'
  | 'logout_notification_given_up'
  | 'passkey_added'
  | 'passkey_renamed'
  | 'passkey_removed'
  | 'passkey_flagged'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'authenticator_added'
  | 'authenticator_removed'
  | 'recovery_codes_replaced'
  | 'password_reset_asked'
  | 'email_code_asked'
  | 'password_reset'
  | 'sign_up_asked'
  | 'signed_up'
  | 'invited'
  | 'invitation_revoked'
  | 'restored_database_voided';

@Entity('audit_events')
@Index('audit_events_user', ['userId', 'occurredAt'])
export class AuditEvent {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'audit_events_pkey',
  })
  id!: string;
  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;
  @Column('text')
  type!: AuditEventType;
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  @Column('text', { name: 'client_id', nullable: true })
  clientId!: string | null;
  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId!: string | null;
  @Column('uuid', { name: 'authorization_grant_id', nullable: true })
  authorizationGrantId!: string | null;
  /** Request id, trace id, address and what else explains the event; never a secret. */
  @Column('jsonb')
  context!: Record<string, unknown>;
  @Index('audit_events_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

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
