import { isCompactJws } from '../compact-jws.js';
import { type Fault, faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import type { Parameters } from '../parameters.js';
import {
  type ClientAuthenticationMethod,
  type ClientMetadata,
  clientAuthenticationMethods,
  isClientIdentifier,
} from './client-metadata.js';

/** The client_assertion_type of a JWT (RFC 7523 §2.2). */
export const jwtBearerAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Which methods each endpoint takes (RFC 8414 §2): what tokens mean is told only to clients that prove who they are (RFC 7662 §2.1). */
export const authenticationMethodsAt = {
  token: clientAuthenticationMethods,
  /** As at the token endpoint (RFC 9126 §2). */
  par: clientAuthenticationMethods,
  revoke: clientAuthenticationMethods,
  deviceAuthorization: clientAuthenticationMethods,
  introspect: clientAuthenticationMethods.filter((method) => method !== 'none'),
} as const satisfies Record<string, readonly ClientAuthenticationMethod[]>;

export type AuthenticatedEndpoint = keyof typeof authenticationMethodsAt;

const usesSecret = (method: ClientAuthenticationMethod): boolean =>
  method === 'client_secret_basic' || method === 'client_secret_post';

type RegisteredMethod = Pick<ClientMetadata, 'token_endpoint_auth_method' | 'token_endpoint_auth_method_pinned'>;

/** The registered method, or a secret in the other of its two places: RFC 6749 §2.3.1 has a server take Basic of any client with one. */
const isRegistered = (method: ClientAuthenticationMethod, metadata: RegisteredMethod): boolean =>
  method === metadata.token_endpoint_auth_method ||
  (!metadata.token_endpoint_auth_method_pinned &&
    usesSecret(method) &&
    usesSecret(metadata.token_endpoint_auth_method));

/**
 * The method has to be one that the client may use (OIDC Core §9), at an endpoint that takes it. The answer names the one that
 * is expected: what a client is registered for is no secret.
 * @throws OAuthError invalid_client
 */
export function assertMethodAllowed(
  method: ClientAuthenticationMethod,
  metadata: RegisteredMethod,
  endpoint: AuthenticatedEndpoint,
): void {
  if (!isRegistered(method, metadata)) {
    const expected = metadata.token_endpoint_auth_method;
    const description = `Client authentication failed: the client is registered for ${expected}, the request uses ${method}.`;
    throw new OAuthError('invalid_client', { detail: `the client is not registered for ${method}`, description });
  }
  if (!authenticationMethodsAt[endpoint].some((taken) => taken === method)) refuse(`${method} does not do here`);
}

/** Who a client says it is, and the secret that it says so with (RFC 6749 §2.3.1). */
export interface PresentedCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What a request offers as proof of who the client is (RFC 6749 §2.3, OIDC Core §9): read, not yet believed. */
export type PresentedClientAuthentication =
  | { readonly method: 'none'; readonly clientId: string }
  | (PresentedCredentials & {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      /** The same Basic credentials without form-decoding, where that makes a difference: many clients do not encode. */
      readonly asSent?: PresentedCredentials;
    })
  | PresentedAssertion;

/** A JWT that the client signed, with a key of its own or with its secret (RFC 7523 §2.2). */
export interface PresentedAssertion {
  readonly method: 'private_key_jwt' | 'client_secret_jwt';
  readonly clientId: string;
  readonly assertion: string;
}

/** Why a client is not believed: for the log only, as all that a stranger could cause get the same answer (RFC 6749 §5.2 `invalid_client`). */
export const invalidClient = (detail: string, cause?: unknown): OAuthError =>
  new OAuthError('invalid_client', { detail, cause });

/** Whether an error says that the client did not authenticate, so that a challenge is due (RFC 6749 §5.2). */
export const isInvalidClient = (error: unknown): error is OAuthError =>
  error instanceof OAuthError && error.code === 'invalid_client';

/** The same error with the challenge that its 401 owes (RFC 6749 §5.2, RFC 7617 §2.1). */
export const withClientChallenge = ({ detail, description, cause }: OAuthError, realm: string): OAuthError =>
  new OAuthError('invalid_client', {
    description,
    ...(detail === undefined ? {} : { detail }),
    cause,
    challenge: `Basic realm="${realm}", charset="UTF-8"`,
  });

/** The same for a mistake that may be named: one that the client alone can make, or that says nothing of it (RFC 6749 §5.2). */
export const faultyClient = (fault: Fault, cause?: unknown): OAuthError =>
  new OAuthError('invalid_client', { fault, cause });

const refuse = (detail: string): never => {
  throw invalidClient(detail);
};

/** `application/x-www-form-urlencoded` text back to what was meant (RFC 6749 §2.3.1, appendix B); undefined when it is none. */
function formDecode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** What Basic credentials may mean: form-encoded text, as RFC 6749 §2.3.1 has it, and the text that was sent, where that is another. */
function readingsOf(asSent: PresentedCredentials): readonly PresentedCredentials[] {
  const clientId = formDecode(asSent.clientId);
  const clientSecret = formDecode(asSent.clientSecret);
  if (clientId === undefined || clientSecret === undefined) return [asSent];
  const isAsSent = clientId === asSent.clientId && clientSecret === asSent.clientSecret;
  return isAsSent ? [asSent] : [{ clientId, clientSecret }, asSent];
}

function parseBasic(authorization: string, named: string | undefined): PresentedClientAuthentication {
  const match = /^Basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(authorization);
  if (!match?.[1]) return refuse('the Authorization header does not hold Basic credentials');
  const credentials = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  if (colon < 1) return refuse('the Basic credentials hold no client_id');
  const sent = { clientId: credentials.slice(0, colon), clientSecret: credentials.slice(colon + 1) };
  const [reading, asSent] = readingsOf(sent).filter(({ clientId }) => named === undefined || clientId === named);
  if (!reading) return refuse('client_id names another client');
  return { method: 'client_secret_basic', ...reading, ...(asSent && { asSent }) };
}

/** The `sub` that an assertion claims, unverified: it only says whose keys to verify with (RFC 7523 §3). */
function claimedSubject(assertion: string): string {
  try {
    const claims = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8')) as unknown;
    const sub = (claims as { sub?: unknown } | null)?.sub;
    if (typeof sub === 'string' && sub !== '') return sub;
  } catch {
    // Not a JWT: refused below like one without a subject.
  }
  throw faultyClient(faults.assertionSubjectMissing);
}

/** By its `alg`, which has to be one of the client's method: what is signed by a secret is never verified with a key (RFC 8725 §3.1). */
function isSignedBySecret(assertion: string): boolean {
  try {
    const header = JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString('utf8')) as unknown;
    return String((header as { alg?: unknown } | null)?.alg).startsWith('HS');
  } catch {
    return false;
  }
}

function parseAssertion(parameters: Parameters, assertion: string): PresentedClientAuthentication {
  if (parameters.get('client_assertion_type') !== jwtBearerAssertionType) {
    throw faultyClient(faults.assertionType);
  }
  if (!isCompactJws(assertion)) throw faultyClient(faults.assertionMalformed);
  const method = isSignedBySecret(assertion) ? 'client_secret_jwt' : 'private_key_jwt';
  return { method, clientId: claimedSubject(assertion), assertion };
}

function assertOneMethod(authorization: string | undefined, parameters: Parameters): void {
  const used = [
    authorization !== undefined,
    parameters.has('client_secret'),
    parameters.has('client_assertion') || parameters.has('client_assertion_type'),
  ];
  if (used.filter(Boolean).length > 1) {
    throw new OAuthError('invalid_request', { fault: faults.clientAuthenticatesTwice });
  }
}

function parseMethod(authorization: string | undefined, parameters: Parameters): PresentedClientAuthentication {
  const clientId = parameters.get('client_id');
  const clientSecret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  if (authorization !== undefined) return parseBasic(authorization, clientId);
  if (assertion !== undefined) return parseAssertion(parameters, assertion);
  if (clientId === undefined) return refuse('the request holds no client authentication');
  if (clientSecret !== undefined) return { method: 'client_secret_post', clientId, clientSecret };
  return { method: 'none', clientId };
}

/**
 * Finds the one method that the request uses (RFC 6749 §2.3: never more than one).
 * @throws OAuthError invalid_request, invalid_client
 */
export function parseClientAuthentication(
  authorization: string | undefined,
  parameters: Parameters,
): PresentedClientAuthentication {
  assertOneMethod(authorization, parameters);
  const presented = parseMethod(authorization, parameters);
  if (!isClientIdentifier(presented.clientId)) refuse('client_id holds a character that RFC 6749 does not allow');
  const named = parameters.get('client_id');
  if (named !== undefined && named !== presented.clientId) refuse('client_id names another client');
  return presented;
}
