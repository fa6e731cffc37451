import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which clients got an ID token in which session, and what they have yet to be told of its end. A session ends by many statements,
 * those of the previous release and the ones that operators write among them, so a trigger writes the notifications, in the
 * transaction of whatever deletes the row. The previous release goes on without knowing either table; a sign-in at a client that it
 * answers while both run is not told of.
 */
export class LogoutNotifications1795750000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE session_clients (
      session_id uuid NOT NULL,
      client_id text NOT NULL,
      CONSTRAINT session_clients_pkey PRIMARY KEY (session_id, client_id)
    )`);
    await runner.query(`INSERT INTO session_clients (session_id, client_id)
      SELECT DISTINCT g.session_id, g.client_id FROM authorization_grants g JOIN sessions s ON s.id = g.session_id
      WHERE 'openid' = ANY (g.scopes)`);
    await runner.query(`CREATE TABLE logout_notifications (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT logout_notifications_pkey PRIMARY KEY,
      client_id text NOT NULL,
      session_id uuid NOT NULL,
      user_id uuid NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
      attempts integer NOT NULL DEFAULT 0,
      last_error text
    )`);
    await runner.query('CREATE INDEX logout_notifications_due ON logout_notifications (next_attempt_at, id)');
    await runner.query('CREATE INDEX logout_notifications_client ON logout_notifications (client_id, id)');
    // A row is deleted once: of two endings at the same moment one finds it, so that no client is told twice.
    await runner.query(`CREATE FUNCTION notify_clients_of_session() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        WITH told AS (DELETE FROM session_clients WHERE session_id = OLD.id RETURNING client_id)
        INSERT INTO logout_notifications (client_id, session_id, user_id)
        SELECT c.client_id, OLD.id, OLD.user_id FROM told JOIN clients c USING (client_id)
        WHERE c.metadata ? 'backchannel_logout_uri' AND c.disabled_at IS NULL ORDER BY c.client_id;
        RETURN NULL;
      END $$`);
    await runner.query(`CREATE TRIGGER sessions_notify_clients AFTER DELETE ON sessions
      FOR EACH ROW EXECUTE FUNCTION notify_clients_of_session()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER sessions_notify_clients ON sessions');
    await runner.query('DROP FUNCTION notify_clients_of_session');
    await runner.query('DROP TABLE logout_notifications');
    await runner.query('DROP TABLE session_clients');
  }
}
