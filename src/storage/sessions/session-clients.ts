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
