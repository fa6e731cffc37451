import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A consent remembers each scope together with its resource. Scopes stay beside them, for the previous release and for what it
 * stored: the table does not say for which resource that was.
 */
export class ConsentPermissions1795564800001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE consents ADD COLUMN permissions text[] NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE consents DROP COLUMN permissions');
  }
}
