import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Devices that wait for somebody to enter their code (RFC 8628), and which one an interaction is about. The previous release knows
 * neither the table nor interactions of that purpose.
 */
export class DeviceAuthorizations1795760000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE device_authorizations (
      device_code_hash bytea CONSTRAINT device_authorizations_pkey PRIMARY KEY,
      user_code_hash bytea NOT NULL,
      client_id text NOT NULL,
      request jsonb NOT NULL,
      address_block text,
      interval_seconds integer NOT NULL,
      last_polled_at timestamptz,
      user_id uuid,
      authorization_grant_id uuid,
      denied_at timestamptz,
      consumed_at timestamptz,
      created_at timestamptz NOT NULL,
      usable_until timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query('CREATE UNIQUE INDEX device_authorizations_user_code ON device_authorizations (user_code_hash)');
    await runner.query('CREATE INDEX device_authorizations_expiry ON device_authorizations (expires_at)');
    await runner.query('ALTER TABLE interactions ADD COLUMN device_code_hash bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE FROM interactions WHERE purpose = 'device'");
    await runner.query('ALTER TABLE interactions DROP COLUMN device_code_hash');
    await runner.query('DROP TABLE device_authorizations');
  }
}
