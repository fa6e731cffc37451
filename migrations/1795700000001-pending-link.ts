import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An identity at another provider that waits in an interaction until the account with its address has been proven. The previous release
 * goes on: it makes no such link, and a sign-in that it finishes links nothing.
 */
export class PendingLink1795700000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE interactions ADD COLUMN pending_link jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE interactions DROP COLUMN pending_link');
  }
}
