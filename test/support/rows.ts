import { randomUUID } from 'node:crypto';
import { hashToken } from '../../src/crypto/digest.js';
import { type ClientMetadata, readClientMetadata } from '../../src/protocol/client/client-metadata.js';
import type { Audit } from '../../src/storage/audit/audit-events.js';
import type { Change } from '../../src/storage/audit/change.js';
import { keptSecret } from '../../src/storage/clients/client-secrets.js';
import { insertClient } from '../../src/storage/clients/clients.js';
import { insertUser } from '../../src/storage/people/user-changes.js';
import type { SignInAccount } from '../../src/storage/people/users.js';
import { lookForSignIn } from '../../src/storage/sign-in/sign-in-look.js';
import { configuration } from './configuration.js';
import type { TestDatabase } from './database.js';

/** The moment at which tests of storage begin. */
export const start = new Date('2030-01-01T12:00:00.000Z');

/** Where the clients of tests are answered. */
export const redirectUri = 'https://client.example/callback';

export const later = (milliseconds: number): Date => new Date(start.getTime() + milliseconds);

export const audit: Audit = {
  type: 'token_issued',
  context: { request_id: 'request-1' },
  expiresAt: later(90 * 86_400_000),
};

export const change: Change = { now: start, audit: { type: 'user_changed', context: {}, expiresAt: audit.expiresAt } };

export async function addUser(database: TestDatabase, username = `user-${randomUUID().slice(0, 8)}`) {
  const id = randomUUID();
  const user = { id, username, email: `${username}@example.com`, emailVerified: true, passwordHash: null, claims: {} };
  await insertUser(database.transactions, user, change);
  return id;
}

export async function addClient(
  database: TestDatabase,
  { client_id: named, ...members }: Partial<Record<keyof ClientMetadata | 'client_id', unknown>> = {},
  secret?: string,
): Promise<string> {
  const clientId = named === undefined ? `client-${randomUUID().slice(0, 8)}` : String(named);
  const read = readClientMetadata({
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: secret ? 'client_secret_basic' : 'none',
    scope: 'openid profile offline_access',
    grant_types: ['authorization_code', 'refresh_token'],
    ...members,
  });
  if (!read.metadata) throw new Error(JSON.stringify(read.faults));
  const { metadata } = read;
  const method = metadata.token_endpoint_auth_method;
  const client = { clientId, metadata, ...keptSecret(configuration.keyEncryptionKeys, clientId, method, secret) };
  await insertClient(database.transactions, { ...client, origin: 'operator' }, change);
  return clientId;
}

/** A session as idp makes it at a sign-in; the one that is there stays as it is. */
export async function addSession(database: TestDatabase, id: string, userId: string): Promise<void> {
  await database.pool.query(
    `INSERT INTO sessions (id, secret_hash, user_id, auth_time, amr, created_at, last_seen_at, ends_at, expires_at)
     VALUES ($1, $2, $3, $4, '{pwd}', $4, $4, $5, $5) ON CONFLICT (id) DO NOTHING`,
    [id, hashToken(id), userId, start, later(365 * 86_400_000)],
  );
}

/** As a sign-in finds it. */
export const findAccount = async ({ sql }: TestDatabase, identifier: string): Promise<SignInAccount | null> =>
  (await lookForSignIn(sql, { identifier, failureKeys: [], likeness: randomUUID(), presentedTrust: [], now: start }))
    .account;
