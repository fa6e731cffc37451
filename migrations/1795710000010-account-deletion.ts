import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an account is deleted, where its owner asked for that. The previous release leaves the column null. */
export class AccountDeletion1795710000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN delete_after timestamptz');
    await runner.query('CREATE INDEX users_delete_after ON users (delete_after) WHERE delete_after IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users_delete_after');
    await runner.query('ALTER TABLE users DROP COLUMN delete_after');
  }
}
