import { hash } from 'node:crypto';
import type { ClientMetadata } from '../client/client-metadata.js';
import type { SigningAlgorithm } from '../signing-algorithm.js';

/** The facts of which an ID token tells (OIDC Core §2). */
export interface IdTokenFacts {
  readonly issuer: string;
  readonly clientId: string;
  readonly subject: string;
  readonly issuedAt: Date;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly authTime: Date;
  readonly nonce?: string | undefined;
  readonly acr?: string | undefined;
  readonly amr?: readonly string[] | undefined;
  /** The session's public id (OIDC Front-Channel Logout §3). */
  readonly sid?: string | undefined;
  readonly accessToken: string;
  /** What is told of the user beside `sub`. */
  readonly userClaims: Readonly<Record<string, unknown>>;
}

const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000);

/** The hash belonging to the signature algorithm; Ed25519 hashes with SHA-512 (OIDC Core §3.1.3.6, RFC 8032 §5.1). */
const hashName = (alg: SigningAlgorithm): string => (alg === 'EdDSA' || alg === 'Ed25519' ? 'sha512' : 'sha256');

/** Left half of the access token's hash, so that the ID token vouches for it (OIDC Core §3.1.3.6). */
export function accessTokenHash(accessToken: string, alg: SigningAlgorithm): string {
  const digest = hash(hashName(alg), accessToken, 'buffer');
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

/** Whether claims of a JWT that we signed may be those of an ID token (OIDC Core §2): an access token of ours always has `client_id`. */
export const isIdToken = (claims: Readonly<Record<string, unknown>>): boolean => claims.client_id === undefined;

/**
 * The claims of granted scopes that an ID token has: none, as an access token for userinfo is issued with it (OIDC Core §5.4), but
 * for a client whose operator wants all or some of them there.
 */
export const scopeClaimsInIdToken = (
  ofScopes: readonly string[],
  { id_token_claims: wanted = [] }: Pick<ClientMetadata, 'id_token_claims'>,
): readonly string[] => (wanted === 'all' ? ofScopes : ofScopes.filter((name) => wanted.includes(name)));

/** Claims of an ID token (OIDC Core §2): what is told of the user gives way to what is told of the sign-in. */
export const idTokenClaims = (facts: IdTokenFacts, alg: SigningAlgorithm): Readonly<Record<string, unknown>> => ({
  ...facts.userClaims,
  iss: facts.issuer,
  sub: facts.subject,
  aud: facts.clientId,
  exp: seconds(facts.issuedAt) + Math.floor(facts.lifetime / 1000),
  iat: seconds(facts.issuedAt),
  auth_time: seconds(facts.authTime),
  ...(facts.nonce === undefined ? {} : { nonce: facts.nonce }),
  ...(facts.acr === undefined ? {} : { acr: facts.acr }),
  ...(facts.amr === undefined || facts.amr.length === 0 ? {} : { amr: facts.amr }),
  ...(facts.sid === undefined ? {} : { sid: facts.sid }),
  at_hash: accessTokenHash(facts.accessToken, alg),
});
