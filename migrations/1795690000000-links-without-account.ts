import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links to people who have no account yet. The previous release writes none, and finds none of these. */
export class LinksWithoutAccount1795690000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mailed_links ALTER COLUMN user_id DROP NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM mailed_links WHERE user_id IS NULL');
    await runner.query('ALTER TABLE mailed_links ALTER COLUMN user_id SET NOT NULL');
  }
}
