import type { ClientMetadata } from '../client/client-metadata.js';
import { isCompactJws, isType } from '../compact-jws.js';
import { type Fault, faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import { type Parameters, parseParameters } from '../parameters.js';
import { type SigningAlgorithm, signingAlgorithms } from '../signing-algorithm.js';
import { invalidRequest } from './request-rules.js';

/** Claims of a request object: parameters of the request, and what a JWT says of itself (RFC 9101 §4). */
export type RequestObjectClaims = Readonly<Record<string, unknown>>;

/** What a request object has to fit (RFC 9101 §4, OIDC Core §6.1). */
export interface RequestObjectRules {
  readonly clientId: string;
  readonly issuer: string;
  /** The parameters beside it. */
  readonly outside: Parameters;
  readonly now: Date;
  /** Milliseconds that the client's clock may differ, either way. */
  readonly clockSkew: number;
}

/** A request object that does not hold (RFC 9101 §7 `invalid_request_object`). */
export const invalidRequestObject = (fault: Fault, cause?: unknown): OAuthError =>
  new OAuthError('invalid_request_object', { fault, cause });

/**
 * Whether a request has to be a signed object: where its client is registered so, or every client's (RFC 9101 §10.5).
 * @throws OAuthError invalid_request
 */
export function assertMayBeUnsigned(
  { require_signed_request_object: required }: Pick<ClientMetadata, 'require_signed_request_object'>,
  requiredOfAll: boolean,
): void {
  if (required || requiredOfAll) throw invalidRequest(faults.requestNotSigned);
}

/** Algorithms that a request object may be signed with: the registered one, or any (OIDC Registration §2); `none` is never among them. */
export const requestObjectAlgorithms = ({
  request_object_signing_alg: registered,
}: Pick<ClientMetadata, 'request_object_signing_alg'>): readonly SigningAlgorithm[] =>
  registered ? signingAlgorithms.filter((alg) => alg === registered) : signingAlgorithms;

/**
 * The claims of a request object, its signature not verified (RFC 9101 §4).
 * @throws OAuthError invalid_request_object where it is none that can be read: too long, or no signed JWT
 */
export function requireRequestObjectClaims(text: string): RequestObjectClaims {
  const malformed = (cause?: unknown) => invalidRequestObject(faults.requestObjectMalformed, cause);
  if (!isCompactJws(text)) throw malformed();
  try {
    const claims: unknown = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims };
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
}

/** What a JWT says of itself (RFC 7519 §4.1), and so no parameter. */
const ofTheJwt = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

/** What only leads to the object. */
const ofTheObject = new Set(['request', 'request_uri']);

/** Texts stand as they are; numbers and objects (`max_age`, `claims`) as the JSON that they would be outside. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * The parameters of a request with a request object: those inside, and of those beside it what is not inside (OIDC Core §6.1). What
 * repeats outside, `resource`, is a list inside. `request` and `request_uri` themselves are gone.
 * @throws OAuthError invalid_request
 */
export function parametersOfRequest(inside: RequestObjectClaims, beside: Parameters): Parameters {
  const form = new URLSearchParams();
  for (const name of beside.names) {
    if (ofTheObject.has(name) || Object.hasOwn(inside, name)) continue;
    for (const value of beside.all(name)) form.append(name, value);
  }
  for (const [name, value] of Object.entries(inside)) {
    if (ofTheJwt.has(name)) continue;
    const values: unknown[] = name === 'resource' && Array.isArray(value) ? value : [value];
    for (const item of values) form.append(name, textOf(item));
  }
  return parseParameters(form.toString());
}

/**
 * The header of a request object whose signature has been verified: no JWT that was made for something else (RFC 8725 §3.11). Many
 * clients give no type, or `JWT`.
 * @throws OAuthError invalid_request_object
 */
export function assertRequestObjectType(typ: unknown): void {
  if (typ === undefined || isType(typ, 'oauth-authz-req+jwt') || isType(typ, 'JWT')) return;
  throw invalidRequestObject(faults.requestObjectType);
}

/** It holds a request, and not another reference to one (RFC 9101 §4); nor is it a client's assertion (RFC 9101 §10.8). */
function assertIsRequest(claims: RequestObjectClaims, { clientId }: RequestObjectRules): void {
  if (Object.hasOwn(claims, 'request') || Object.hasOwn(claims, 'request_uri')) {
    throw invalidRequestObject(faults.requestObjectNested);
  }
  if (claims.sub === clientId) throw invalidRequestObject(faults.requestObjectSubject);
}

/** iss and aud where they are there (RFC 9101 §4), client_id and response_type as outside (RFC 9101 §5, OIDC Core §6.1). */
function assertParties(claims: RequestObjectClaims, { clientId, issuer, outside }: RequestObjectRules): void {
  const { iss, aud, client_id: inside = clientId, response_type: responseType } = claims;
  if (iss !== undefined && iss !== clientId) throw invalidRequestObject(faults.requestObjectIssuer);
  if (aud !== undefined && ![aud].flat().includes(issuer)) {
    throw invalidRequestObject(faults.requestObjectAudience(issuer));
  }
  if (inside !== clientId) throw invalidRequestObject(faults.requestObjectClient);
  const beside = outside.get('response_type');
  if (responseType !== undefined && beside !== undefined && responseType !== beside) {
    throw invalidRequestObject(faults.requestObjectResponseType);
  }
}

/** From when and until when it holds, where it says so (RFC 7519 §4.1.4, §4.1.5). */
function assertTimes({ exp, nbf }: RequestObjectClaims, { now, clockSkew }: RequestObjectRules): void {
  const seconds = now.getTime() / 1000;
  const skew = clockSkew / 1000;
  for (const [claim, time] of Object.entries({ exp, nbf })) {
    if (time !== undefined && !Number.isFinite(time)) throw invalidRequestObject(faults.requestObjectTime(claim));
  }
  if (exp !== undefined && Number(exp) <= seconds - skew) {
    throw invalidRequestObject(faults.requestObjectExpired(`${skew} s`));
  }
  if (nbf !== undefined && Number(nbf) > seconds + skew) {
    throw invalidRequestObject(faults.requestObjectNotYetValid(`${skew} s`));
  }
}

/**
 * The claims of a request object whose signature has been verified (RFC 9101 §6.3, OIDC Core §6.1); the parameters among them are
 * judged like any others.
 * @throws OAuthError invalid_request_object
 */
export function assertRequestObjectClaims(claims: RequestObjectClaims, rules: RequestObjectRules): void {
  assertIsRequest(claims, rules);
  assertParties(claims, rules);
  assertTimes(claims, rules);
}
