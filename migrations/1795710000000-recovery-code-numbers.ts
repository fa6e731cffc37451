import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Recovery codes are numbered within their set, so that a set takes the place of another one whoever makes a third at the same
 * moment. The previous release leaves the number null.
 */
export class RecoveryCodeNumbers1795710000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE recovery_codes ADD COLUMN number smallint');
    await runner.query('CREATE UNIQUE INDEX recovery_codes_number ON recovery_codes (user_id, number)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX recovery_codes_number');
    await runner.query('ALTER TABLE recovery_codes DROP COLUMN number');
  }
}
