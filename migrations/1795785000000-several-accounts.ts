import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Several accounts in one browser: whether a session is one of several, and which of them its person chose in an interaction. The previous
 * release goes on: the sessions that it begins are alone, and it ends the one that was there.
 */
export class SeveralAccounts1795785000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions ADD COLUMN IF NOT EXISTS shares_browser boolean NOT NULL DEFAULT false');
    await runner.query('ALTER TABLE interactions ADD COLUMN IF NOT EXISTS chosen_session_id uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE interactions DROP COLUMN chosen_session_id');
    await runner.query('ALTER TABLE sessions DROP COLUMN shares_browser');
  }
}
