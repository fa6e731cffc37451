import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Browsers in which no code is asked for. A table that the previous release does not know: it asks in all of them. */
export class TrustedBrowsers1795790000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE trusted_browsers (
      secret_hash bytea CONSTRAINT trusted_browsers_pkey PRIMARY KEY,
      id uuid NOT NULL,
      user_id uuid NOT NULL,
      device text,
      created_at timestamptz NOT NULL,
      last_used_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query('CREATE INDEX trusted_browsers_user ON trusted_browsers (user_id)');
    await runner.query('CREATE INDEX trusted_browsers_expiry ON trusted_browsers (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trusted_browsers');
  }
}
