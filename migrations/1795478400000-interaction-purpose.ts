import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An interaction has a purpose and keeps the proofs given in it. Only one that an authorization request began has a browser at
 * authz. The previous release goes on: it begins interactions for `authorize` without proofs.
 */
export class InteractionPurpose1795478400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE interactions
      ADD COLUMN purpose text NOT NULL DEFAULT 'authorize'
        CONSTRAINT interactions_purpose CHECK (purpose IN ('authorize', 'device', 'account')),
      ADD COLUMN proofs jsonb NOT NULL DEFAULT '[]',
      ALTER COLUMN authz_browser_hash DROP NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM interactions WHERE purpose <> 'authorize'`);
    await runner.query(`ALTER TABLE interactions
      DROP COLUMN purpose,
      DROP COLUMN proofs,
      ALTER COLUMN authz_browser_hash SET NOT NULL`);
  }
}
