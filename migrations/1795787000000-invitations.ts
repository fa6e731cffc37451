import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who was invited and has no account yet. A table that the previous release does not know: its links to an account are others. */
export class Invitations1795787000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE invitations (
      id uuid CONSTRAINT invitations_pkey PRIMARY KEY,
      email text NOT NULL,
      email_key text NOT NULL,
      secret_hash bytea NOT NULL,
      claims jsonb NOT NULL DEFAULT '{}',
      client_id text,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query('CREATE UNIQUE INDEX invitations_email_key ON invitations (email_key)');
    await runner.query('CREATE UNIQUE INDEX invitations_secret ON invitations (secret_hash)');
    await runner.query('CREATE INDEX invitations_expiry ON invitations (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invitations');
  }
}
