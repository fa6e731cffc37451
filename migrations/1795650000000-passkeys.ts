import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Passkeys of users, and how many WebAuthn challenges of an interaction or a session were answered, from which the next follows. The
 * previous release goes on: it knows of no passkey, and what it begins has answered none.
 */
export class Passkeys1795650000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE passkeys (
      credential_id bytea CONSTRAINT passkeys_pkey PRIMARY KEY,
      user_id uuid NOT NULL,
      public_key bytea NOT NULL,
      counter bigint NOT NULL,
      transports text[] NOT NULL,
      device_type text NOT NULL CONSTRAINT passkeys_device_type CHECK (device_type IN ('single', 'multi')),
      backed_up boolean NOT NULL,
      aaguid uuid NOT NULL,
      name text NOT NULL,
      created_at timestamptz NOT NULL,
      last_used_at timestamptz,
      flagged_at timestamptz
    )`);
    await runner.query('CREATE INDEX passkeys_user ON passkeys (user_id, device_type)');
    for (const table of ['interactions', 'sessions'])
      await runner.query(`ALTER TABLE ${table} ADD COLUMN challenges_answered integer NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['interactions', 'sessions'])
      await runner.query(`ALTER TABLE ${table} DROP COLUMN challenges_answered`);
    await runner.query('DROP TABLE passkeys');
  }
}
