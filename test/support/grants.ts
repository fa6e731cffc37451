import { randomUUID } from 'node:crypto';
import { after, type Clock } from '../../src/clock.js';
import { hashToken } from '../../src/crypto/digest.js';
import { type SigningKey, signJwt } from '../../src/crypto/jwt.js';
import { systemRandom } from '../../src/crypto/random.js';
import { accessTokenType, buildAccessTokenClaims } from '../../src/protocol/token/access-token.js';
import { type AccessTokenPayload, insertUserToken } from '../../src/storage/tokens/access-token.js';
import type { TestDatabase } from './database.js';
import type { TestIdp } from './idp.js';
import { audit } from './rows.js';

export interface Grant {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/** An authorization grant as authz makes it when a code is issued. */
export async function addGrant(
  { database, clock }: { readonly database: TestDatabase; readonly clock: Clock },
  { userId, clientId, scopes, sessionId = randomUUID() }: Omit<Grant, 'id'> & { readonly sessionId?: string },
): Promise<Grant> {
  const id = randomUUID();
  const now = clock.now();
  await database.pool.query(
    `INSERT INTO authorization_grants (id, client_id, user_id, session_id, scopes, resources, auth_time, amr, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, '{}', $6, '{pwd}', $6, $7)`,
    [id, clientId, userId, sessionId, scopes, now, after(now, 86_400_000)],
  );
  return { id, userId, clientId, scopes };
}

export const isRevoked = async (idp: TestIdp, { id }: Grant): Promise<boolean> =>
  (await idp.database.pool.query('SELECT revoked_at FROM authorization_grants WHERE id = $1', [id])).rows[0]
    .revoked_at !== null;

const lifetime = 600_000;

interface TokenOptions {
  readonly audience?: readonly string[];
  readonly issuer?: string;
  readonly typ?: string;
  readonly key?: SigningKey;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A JWT access token for a grant, good unless the options spoil it. */
export async function jwtFor(idp: TestIdp, grant: Grant, options: TokenOptions = {}): Promise<string> {
  const { issuer } = idp.deps.config;
  const claims = buildAccessTokenClaims({
    issuer: options.issuer ?? issuer,
    subject: grant.userId,
    audience: options.audience ?? ['https://api.example', issuer],
    clientId: grant.clientId,
    scopes: grant.scopes,
    jti: randomUUID(),
    issuedAt: idp.clock.now(),
    lifetime,
    authorizationGrantId: grant.id,
  });
  const key = options.key ?? (await idp.deps.signingKeys.keySet()).current('ES256');
  return signJwt(key, options.typ ?? accessTokenType, { ...claims, ...options.claims });
}

/** An opaque access token for a grant. */
export async function opaqueFor(
  idp: TestIdp,
  grant: Grant,
  payload: Partial<AccessTokenPayload> = {},
): Promise<string> {
  const value = systemRandom.token();
  const now = idp.clock.now();
  await insertUserToken(idp.database.sql, {
    valueHash: hashToken(value),
    clientId: grant.clientId,
    userId: grant.userId,
    authorizationGrantId: grant.id,
    payload: { jti: randomUUID(), scopes: grant.scopes, audience: [idp.deps.config.issuer], ...payload },
    expiresAt: after(now, lifetime),
    now,
    audit,
  });
  return value;
}

/** An ID token as a client would send it back in a hint. */
export async function idTokenFor(
  idp: TestIdp,
  { userId, clientId }: Pick<Grant, 'userId' | 'clientId'>,
  options: TokenOptions = {},
): Promise<string> {
  const iat = Math.floor(idp.clock.now().getTime() / 1000);
  const claims = { iss: options.issuer ?? idp.deps.config.issuer, sub: userId, aud: clientId, iat, exp: iat + 3600 };
  const key = options.key ?? (await idp.deps.signingKeys.keySet()).current('ES256');
  return signJwt(key, options.typ ?? 'JWT', { ...claims, ...options.claims });
}
