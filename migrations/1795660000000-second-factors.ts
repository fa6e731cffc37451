import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Authenticator apps and recovery codes. Two tables that the previous release does not know: it asks nobody for a second factor. */
export class SecondFactors1795660000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE totp_authenticators (
      user_id uuid CONSTRAINT totp_authenticators_pkey PRIMARY KEY,
      sealed_secret bytea NOT NULL,
      last_step bigint NOT NULL,
      created_at timestamptz NOT NULL,
      last_used_at timestamptz NOT NULL
    )`);
    await runner.query(`CREATE TABLE recovery_codes (
      hash bytea CONSTRAINT recovery_codes_pkey PRIMARY KEY,
      user_id uuid NOT NULL,
      created_at timestamptz NOT NULL,
      used_at timestamptz
    )`);
    await runner.query('CREATE INDEX recovery_codes_user ON recovery_codes (user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE recovery_codes');
    await runner.query('DROP TABLE totp_authenticators');
  }
}
