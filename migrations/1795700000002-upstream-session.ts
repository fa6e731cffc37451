import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * By what a session at another provider is ended together with ours, encrypted. The previous release goes on: it leaves the columns null,
 * and a session that it ends goes on over there.
 */
export class UpstreamSession1795700000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['interactions', 'sessions'])
      await runner.query(`ALTER TABLE ${table} ADD COLUMN upstream_session bytea`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['interactions', 'sessions'])
      await runner.query(`ALTER TABLE ${table} DROP COLUMN upstream_session`);
  }
}
