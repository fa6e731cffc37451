import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether somebody signed in, or consented, before an authorization request or after it is told by moments that one clock has
 * given, the database's: those of two processes may be apart. Rows from before have none. A default that is set afterwards
 * rewrites no table. The previous release goes on: its rows get the default.
 */
export class OneClockForOrder1795580000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column] of moments) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} timestamptz`);
      await runner.query(`ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT clock_timestamp()`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of moments) await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  }
}

const moments = [
  ['interactions', 'begun_at'],
  ['sessions', 'authenticated_at'],
  ['consents', 'given_at'],
] as const;
