import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A person's own account: an interaction that no client asked for, and what a session's browser called itself. The previous
 * release reads interactions together with their client, so that those without one do not exist for it, and leaves the new
 * column null.
 */
export class Account1795680000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE interactions ALTER COLUMN client_id DROP NOT NULL');
    await runner.query('ALTER TABLE sessions ADD COLUMN device text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN device');
    await runner.query('DELETE FROM interactions WHERE client_id IS NULL');
    await runner.query('ALTER TABLE interactions ALTER COLUMN client_id SET NOT NULL');
  }
}
