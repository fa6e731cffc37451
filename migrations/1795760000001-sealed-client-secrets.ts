import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Secrets of clients that sign with them (`client_secret_jwt`): encrypted, as a hash cannot verify an HMAC. The previous release has no
 * such clients and leaves the column null.
 */
export class SealedClientSecrets1795760000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients ADD COLUMN sealed_secret bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients DROP COLUMN sealed_secret');
  }
}
