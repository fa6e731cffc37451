import { type Freshness, remember } from '../cache/remembered.js';
import type { Clock } from '../clock.js';
import { signingAlgorithms } from '../protocol/signing-algorithm.js';
import { discoverEndpoints, type IssuerEndpoints } from './discover.js';
import {
  createIntrospect,
  defaultIntrospectionLimits,
  type IntrospectionCredentials,
  type IntrospectionLimits,
} from './introspect.js';
import { createKeySet, defaultFreshness } from './key-set.js';
import { fetchJson } from './remote-document.js';
import { createVerifyAccessToken, type VerifyAccessToken } from './verify-access-token.js';

/** Whose tokens are taken, for what, and how the issuer is asked. */
export interface VerifierOptions {
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
  /** Milliseconds to wait for the issuer; 3000 by default. */
  readonly timeout?: number;
  readonly freshness?: Freshness;
}

export interface Verifier {
  readonly verify: VerifyAccessToken;
  /** Resolves when the issuer's keys are at hand. */
  reach(): Promise<void>;
}

/** Puts together what verifies a token: keys or introspection, found by discovery where they are not named. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { issuer, audience, clock, introspection, clockSkew = 5000, timeout = 3000 } = options;
  const { freshness = defaultFreshness, algorithms = signingAlgorithms } = options;
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
  return { verify: createVerifyAccessToken({ ...parties, algorithms, keys, introspect }), reach: () => keys.reach() };
}
