import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Audit, auditParameter, auditRow } from './audit-events.js';
import { type Sql, statement } from './connection/sql.js';

/** What a user allowed a client to do; asked again when more is asked for. */
@Entity('consents')
export class Consent {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'consents_pkey' })
  userId!: string;
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'consents_pkey' })
  clientId!: string;
  @Column('text', { array: true })
  scopes!: string[];
  @Column('timestamptz', { name: 'granted_at' })
  grantedAt!: Date;
}

const grant = statement(
  'grant_consent',
  `WITH granted AS (
     INSERT INTO consents AS c (user_id, client_id, scopes, granted_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id, client_id) DO UPDATE
       SET scopes = ARRAY(SELECT DISTINCT unnest(c.scopes || EXCLUDED.scopes)), granted_at = EXCLUDED.granted_at
     RETURNING user_id, client_id
   )
   ${auditRow({ parameter: '$5', now: '$4', from: 'granted', userId: 'user_id', clientId: 'client_id' })}`,
);

/** Adds the scopes to what the user allowed the client before; the audit row rides along. */
export async function grantConsent(
  sql: Sql,
  consent: { userId: string; clientId: string; scopes: readonly string[]; now: Date; audit: Audit },
): Promise<void> {
  const { userId, clientId, scopes, now, audit } = consent;
  await sql.query(grant, [userId, clientId, scopes, now, auditParameter(audit)]);
}
