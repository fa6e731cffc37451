import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A session has a second secret, by which authz knows the browser. Null where authz does not know it yet. The index is a partial
 * one, so that a change of the column locks no more of the row than a change of any other. The previous release goes on: the
 * sessions that it begins have none. There is no transaction around it: what adds the column stops everybody who signs in, and
 * would do so until the index is made; each step can be made again.
 */
export class SessionAtAuthz1795630000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions ADD COLUMN IF NOT EXISTS authz_secret_hash bytea');
    await runner.query(`CREATE UNIQUE INDEX IF NOT EXISTS sessions_authz_secret ON sessions (authz_secret_hash)
      WHERE authz_secret_hash IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN authz_secret_hash');
  }
}
