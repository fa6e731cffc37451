import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { AuditEventType } from '../schema/audit-events.js';

/** Something that happened to an account, as its user may know it. */
export interface Activity<Type extends AuditEventType = AuditEventType> {
  /** Of its row, for going on from there. */
  readonly id: string;
  readonly occurredAt: Date;
  readonly type: Type;
  /** The client that it was about, by its name or else its identifier. */
  readonly client: string | null;
  readonly address: string | null;
  /** What was changed about the user, where that is what happened. */
  readonly change: string | null;
}

interface Which {
  readonly userId: string;
  readonly types: readonly AuditEventType[];
  readonly most: number;
  /** Only what happened before the event with this id; null for the newest. */
  readonly before: string | null;
}

const listActivityStatement = statement<Which, Activity>(
  'list_activity',
  (p) => `
   SELECT a.id, a.occurred_at AS "occurredAt", a.type, COALESCE(c.metadata ->> 'client_name', a.client_id) AS client,
     a.context ->> 'address' AS address, a.context ->> 'change' AS change
   FROM audit_events a LEFT JOIN clients c ON c.client_id = COALESCE(a.client_id, a.context ->> 'client_id')
   WHERE a.user_id = ${p.userId} AND a.type = ANY (${p.types}::text[]) AND (
     ${p.before}::bigint IS NULL
     OR (a.occurred_at, a.id) < (SELECT b.occurred_at, b.id FROM audit_events b WHERE b.id = ${p.before} AND b.user_id = ${p.userId}))
   ORDER BY a.occurred_at DESC, a.id DESC LIMIT ${p.most}`,
);

/** The newest first. */
export const listActivity = async <Type extends AuditEventType>(
  sql: Sql,
  which: Omit<Which, 'types'> & { readonly types: readonly Type[] },
): Promise<readonly Activity<Type>[]> =>
  (await sql.query(listActivityStatement, which)).rows as readonly Activity[] as readonly Activity<Type>[];
