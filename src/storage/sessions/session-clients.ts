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

/** SQL expressions over the rows of `from`. */
interface SessionClientSource {
  readonly from: string;
  readonly sessionId: string;
  readonly clientId: string;
  /** Whether the client gets an ID token. */
  readonly where: string;
}

/** A CTE that remembers who gets ID tokens in which session. In order: statements for many callers never wait for each other. */
export const rememberedClients = ({ from, sessionId, clientId, where }: SessionClientSource): string => `
   remembered AS (
     INSERT INTO session_clients (session_id, client_id)
     SELECT DISTINCT ${sessionId}, ${clientId} FROM ${from} WHERE ${where} ORDER BY 1, 2
     ON CONFLICT DO NOTHING
   )`;
