import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When a user's password was last changed: browsers that were known before are strangers since. Null where it has not been
 * changed since this column is there. The previous release goes on: it neither reads nor writes it.
 */
export class PasswordChangedAt1795570000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN password_changed_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN password_changed_at');
  }
}
