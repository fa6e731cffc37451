import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sign-in with accounts at other providers: whose they are, and the requests that are on their way there. The previous release goes on: it knows neither. */
export class Federation1795700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE federated_identities (
      provider text,
      subject text,
      user_id uuid NOT NULL,
      claims jsonb NOT NULL,
      linked_at timestamptz NOT NULL,
      last_used_at timestamptz,
      CONSTRAINT federated_identities_pkey PRIMARY KEY (provider, subject)
    )`);
    await runner.query('CREATE INDEX federated_identities_user ON federated_identities (user_id)');
    await runner.query(`CREATE TABLE federation_requests (
      state_hash bytea CONSTRAINT federation_requests_pkey PRIMARY KEY,
      provider text NOT NULL,
      browser_hash bytea NOT NULL,
      sealed bytea NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      consumed_at timestamptz
    )`);
    await runner.query('CREATE INDEX federation_requests_expiry ON federation_requests (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE federation_requests');
    await runner.query('DROP TABLE federated_identities');
  }
}
