import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema. Nothing references `tokens` or `sessions`, so that an operator's
 * `DELETE … WHERE expires_at < NOW()` on them always works.
 */
export class Init1795392000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`DROP TABLE ${table}`);
  }
}

const tables = [
  'audit_events',
  'signing_keys',
  'sign_in_failures',
  'used_assertions',
  'revoked_access_tokens',
  'tokens',
  'authorization_grants',
  'consents',
  'interactions',
  'sessions',
  'users',
  'clients',
  'installation',
];

const statements = [
  `CREATE TABLE clients (
    client_id text PRIMARY KEY,
    metadata jsonb NOT NULL,
    secret_hash bytea,
    origin text NOT NULL,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,

  `CREATE TABLE users (
    id uuid PRIMARY KEY,
    username text NOT NULL CONSTRAINT users_username_is_no_address CHECK (position('@' IN username) = 0),
    email text,
    email_verified boolean NOT NULL DEFAULT false,
    password_hash text,
    claims jsonb NOT NULL DEFAULT '{}',
    disabled_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  'CREATE UNIQUE INDEX users_username ON users (lower(username))',
  'CREATE UNIQUE INDEX users_email ON users (lower(email))',

  `CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    secret_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    auth_time timestamptz NOT NULL,
    amr text[] NOT NULL,
    acr text,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE UNIQUE INDEX sessions_secret ON sessions (secret_hash)',
  'CREATE INDEX sessions_user ON sessions (user_id)',
  'CREATE INDEX sessions_expiry ON sessions (expires_at)',

  `CREATE TABLE interactions (
    id_hash bytea PRIMARY KEY,
    client_id text NOT NULL,
    request jsonb NOT NULL,
    authz_browser_hash bytea NOT NULL,
    idp_browser_hash bytea,
    handle_hash bytea,
    outcome jsonb,
    traceparent text,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    redeemed_at timestamptz,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE UNIQUE INDEX interactions_handle ON interactions (handle_hash)',
  'CREATE INDEX interactions_expiry ON interactions (expires_at)',

  `CREATE TABLE consents (
    user_id uuid NOT NULL,
    client_id text NOT NULL,
    scopes text[] NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, client_id)
  )`,

  `CREATE TABLE authorization_grants (
    id uuid PRIMARY KEY,
    client_id text NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    scopes text[] NOT NULL,
    resources text[] NOT NULL,
    auth_time timestamptz NOT NULL,
    amr text[] NOT NULL,
    acr text,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE INDEX authorization_grants_session ON authorization_grants (session_id)',
  'CREATE INDEX authorization_grants_user ON authorization_grants (user_id)',
  'CREATE INDEX authorization_grants_client ON authorization_grants (client_id)',
  'CREATE INDEX authorization_grants_expiry ON authorization_grants (expires_at)',

  `CREATE TABLE tokens (
    value_hash bytea PRIMARY KEY,
    kind text NOT NULL,
    client_id text NOT NULL,
    user_id uuid,
    authorization_grant_id uuid,
    payload jsonb NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    consumed_at timestamptz
  )`,
  'CREATE INDEX tokens_expiry ON tokens (expires_at)',

  `CREATE TABLE revoked_access_tokens (
    jti text PRIMARY KEY,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE INDEX revoked_access_tokens_expiry ON revoked_access_tokens (expires_at)',

  `CREATE TABLE used_assertions (
    client_id text NOT NULL,
    jti_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
  )`,
  'CREATE INDEX used_assertions_expiry ON used_assertions (expires_at)',

  `CREATE TABLE sign_in_failures (
    key bytea PRIMARY KEY,
    failures integer NOT NULL,
    blocked_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE INDEX sign_in_failures_expiry ON sign_in_failures (expires_at)',

  `CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    alg text NOT NULL,
    public_jwk jsonb NOT NULL,
    private_jwk bytea NOT NULL,
    created_at timestamptz NOT NULL,
    activates_at timestamptz NOT NULL,
    expires_at timestamptz
  )`,

  `CREATE TABLE audit_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    type text NOT NULL,
    user_id uuid,
    client_id text,
    session_id uuid,
    authorization_grant_id uuid,
    context jsonb NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE INDEX audit_events_expiry ON audit_events (expires_at)',
  'CREATE INDEX audit_events_user ON audit_events (user_id, occurred_at)',

  `CREATE TABLE installation (
    id boolean PRIMARY KEY DEFAULT true CONSTRAINT installation_is_one CHECK (id),
    system_identifier text NOT NULL,
    tokens_oid text NOT NULL,
    issued_before_is_void timestamptz,
    updated_at timestamptz NOT NULL
  )`,
];
