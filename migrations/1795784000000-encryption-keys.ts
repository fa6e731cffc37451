import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys that clients encrypt request objects to. A table of its own: the previous release would publish them as keys that sign. */
export class EncryptionKeys1795784000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE encryption_keys (
      kid text PRIMARY KEY,
      alg text NOT NULL,
      public_jwk jsonb NOT NULL,
      private_jwk bytea NOT NULL,
      created_at timestamptz NOT NULL,
      activates_at timestamptz NOT NULL,
      expires_at timestamptz
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE encryption_keys');
  }
}
