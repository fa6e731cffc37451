import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Mails that wait to be sent, written by the statement that causes them, and how many a person and an address got within the hour.
 * Two tables that the previous release does not know: a mail that is written while both run is sent by this one.
 */
export class OutgoingMails1795640000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE outgoing_mails (
      id uuid CONSTRAINT outgoing_mails_pkey PRIMARY KEY,
      user_id uuid,
      recipient text NOT NULL,
      template text NOT NULL,
      language text NOT NULL,
      parameters jsonb NOT NULL,
      sealed_secret bytea,
      created_at timestamptz NOT NULL,
      next_attempt_at timestamptz,
      attempts integer NOT NULL DEFAULT 0,
      sent_at timestamptz,
      deliver_before timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      last_error text
    )`);
    await runner.query(
      'CREATE INDEX outgoing_mails_due ON outgoing_mails (next_attempt_at) WHERE next_attempt_at IS NOT NULL',
    );
    await runner.query('CREATE INDEX outgoing_mails_expiry ON outgoing_mails (expires_at)');
    await runner.query(`CREATE TABLE mail_allowances (
      key text CONSTRAINT mail_allowances_pkey PRIMARY KEY,
      moments timestamptz[] NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query('CREATE INDEX mail_allowances_expiry ON mail_allowances (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mail_allowances');
    await runner.query('DROP TABLE outgoing_mails');
  }
}
