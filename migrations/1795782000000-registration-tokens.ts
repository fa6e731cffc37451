import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Initial access tokens (RFC 7591 §3), by which clients may register themselves. A table that the previous release does not know. */
export class RegistrationTokens1795782000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE registration_tokens (
      id text CONSTRAINT registration_tokens_pkey PRIMARY KEY,
      token_hash bytea NOT NULL,
      note text,
      uses_left integer NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query('CREATE UNIQUE INDEX registration_tokens_hash ON registration_tokens (token_hash)');
    await runner.query('CREATE INDEX registration_tokens_expiry ON registration_tokens (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE registration_tokens');
  }
}
