import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Clients that registered themselves (RFC 7591): the hash of their registration access token, and when they are swept if nobody ever
 * signs in to them. The previous release leaves both null and sweeps no client.
 */
export class ClientRegistration1795770000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients ADD COLUMN registration_token_hash bytea');
    await runner.query('ALTER TABLE clients ADD COLUMN expires_at timestamptz');
    await runner.query('CREATE INDEX clients_expiry ON clients (expires_at) WHERE expires_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX clients_expiry');
    await runner.query('ALTER TABLE clients DROP COLUMN registration_token_hash, DROP COLUMN expires_at');
  }
}
