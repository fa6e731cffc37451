import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Codes that were mailed to people in a sign-in, one for each interaction. A table that the previous release does not know. */
export class EmailCodes1795788000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE email_codes (
      interaction_id_hash bytea CONSTRAINT email_codes_pkey PRIMARY KEY,
      user_id uuid,
      counted_as text NOT NULL,
      code_hash bytea NOT NULL,
      tries_left integer NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      consumed_at timestamptz
    )`);
    await runner.query('CREATE INDEX email_codes_user ON email_codes (user_id)');
    await runner.query('CREATE INDEX email_codes_expiry ON email_codes (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE email_codes');
  }
}
