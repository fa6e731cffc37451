import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The secret of which pairwise subjects are made (OIDC Core §8.1), encrypted. Provisioning makes it where it is null; the previous
 * release leaves it alone.
 */
export class PairwiseSecret1795781000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE installation ADD COLUMN pairwise_secret bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE installation DROP COLUMN pairwise_secret');
  }
}
