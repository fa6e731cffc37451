import { Entity, PrimaryColumn } from 'typeorm';

/**
 * A client that got an ID token in a session. The row goes with the session's, and becomes a logout notification then; while it is
 * written, the session is locked, so that none is left behind.
 */
@Entity('session_clients')
export class SessionClient {
  @PrimaryColumn('uuid', { name: 'session_id', primaryKeyConstraintName: 'session_clients_pkey' })
  sessionId!: string;
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'session_clients_pkey' })
  clientId!: string;
}
