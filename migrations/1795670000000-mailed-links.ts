import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links that were mailed to people, each good once. A table that the previous release does not know. */
export class MailedLinks1795670000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE mailed_links (
      secret_hash bytea CONSTRAINT mailed_links_pkey PRIMARY KEY,
      kind text NOT NULL,
      user_id uuid NOT NULL,
      recipient text NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      consumed_at timestamptz
    )`);
    await runner.query('CREATE INDEX mailed_links_user ON mailed_links (user_id)');
    await runner.query('CREATE INDEX mailed_links_expiry ON mailed_links (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mailed_links');
  }
}
