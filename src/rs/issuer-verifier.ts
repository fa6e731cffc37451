import { type Freshness, remember } from '../cache/remembered.js';
import type { Clock } from '../clock.js';
import type { AccessTokenType } from '../protocol/access-token-types.js';
import { longestJws } from '../protocol/compact-jws.js';
import { signingAlgorithms } from '../protocol/signing-algorithm.js';
import { AccessTokenError, accessTokenType } from '../protocol/token/access-token.js';
import type { VerifyAccessToken } from '../resource/authenticate.js';
import { discoverEndpoints, type IssuerEndpoints } from './discover.js';
import {
  createIntrospect,
  defaultIntrospectionLimits,
  type IntrospectionCredentials,
  type IntrospectionLimits,
} from './introspect.js';
import { createKeySet, defaultFreshness } from './key-set.js';
import { fetchJson } from './remote-document.js';
import { createJwtVerifier, jwsHeader } from './verify-jwt.js';

/** Whose tokens are taken, for what, and how the issuer is asked. */
export interface IssuerVerifierOptions {
  /** Compared with `iss`; its metadata is read for whatever `jwksUri` and `introspection.endpoint` leave out (RFC 8414). */
  readonly issuer: string;
  /** This resource's identifier: has to be among `aud`. */
  readonly audience: string;
  readonly jwksUri?: string | undefined;
  /** Without it opaque tokens are refused. */
  readonly introspection?:
    | (IntrospectionCredentials & { readonly endpoint?: string | undefined; readonly limits?: IntrospectionLimits })
    | undefined;
  readonly clock: Clock;
  /** Milliseconds that the issuer's clock may differ from ours; 5000 by default. */
  readonly clockSkew?: number | undefined;
  /** Asymmetric ones only: a public key must never become an HMAC secret (RFC 8725 §3.1). */
  readonly algorithms?: readonly string[];
  /** `typ` of the JWTs that are taken; `at+jwt` alone by default. With `JWT` ID tokens are told apart by their claims. */
  readonly types?: readonly AccessTokenType[];
  /** Milliseconds to wait for the issuer; 3000 by default. */
  readonly timeout?: number;
  readonly freshness?: Freshness;
}

export interface IssuerVerifier {
  readonly verify: VerifyAccessToken;
  /** Resolves when the issuer's keys are at hand. */
  reach(): Promise<void>;
}

/** A JWT by its signature (RFC 9068 §4), whatever has no JWS header by asking (RFC 7662); where nobody can be asked, not at all. */
const verifyByForm =
  (verifyJwt: ReturnType<typeof createJwtVerifier>, introspect: VerifyAccessToken | undefined): VerifyAccessToken =>
  async (token) => {
    if (token.length > longestJws) throw new AccessTokenError('malformed');
    const header = jwsHeader(token);
    if (header) return verifyJwt(token, header);
    if (!introspect) throw new AccessTokenError('malformed');
    return introspect(token);
  };

/** Puts together what verifies a token: keys or introspection, found by discovery where they are not named. */
export function createIssuerVerifier(options: IssuerVerifierOptions): IssuerVerifier {
  const { issuer, audience, clock, introspection, clockSkew = 5000, timeout = 3000 } = options;
  const { freshness = defaultFreshness, algorithms = signingAlgorithms, types = [accessTokenType] } = options;
  const load = (url: string): Promise<unknown> => fetchJson(url, timeout);
  const discovered = remember<IssuerEndpoints>(() => discoverEndpoints(issuer, load), clock, freshness);

  const jwksUri = async (): Promise<string> => options.jwksUri ?? (await discovered.get()).jwksUri;
  const keys = createKeySet(async () => load(await jwksUri()), clock, freshness);

  const ask = async (body: URLSearchParams): Promise<unknown> => {
    const endpoint = introspection?.endpoint ?? (await discovered.get()).introspectionEndpoint;
    if (endpoint === undefined) throw new Error('the issuer announces no introspection endpoint');
    return fetchJson(endpoint, timeout, { method: 'POST', body });
  };
  const parties = { issuer, audience, clock, clockSkew };
  const limits = introspection?.limits ?? defaultIntrospectionLimits;
  const introspect = introspection && createIntrospect({ ...parties, ask, credentials: introspection, limits });
  return {
    verify: verifyByForm(createJwtVerifier({ ...parties, algorithms, types, keys }), introspect),
    reach: () => keys.reach(),
  };
}
