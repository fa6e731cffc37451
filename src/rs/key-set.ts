import { createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import { type Freshness, remember } from '../cache/remembered.js';
import type { Clock } from '../clock.js';
import { AccessTokenError, AccessTokenUnverifiableError } from '../protocol/token/access-token.js';

type VerificationKey = Awaited<ReturnType<ReturnType<typeof createLocalJWKSet>>>;

/** The issuer's public keys, as far as this process knows them (RFC 7517 §5). */
export interface KeySet {
  /** The one key that the header names; unknown ones cause a look at the issuer, but not more often than the cooldown allows. */
  find(header: JWSHeaderParameters): Promise<VerificationKey>;
  /** Resolves when keys are at hand. */
  reach(): Promise<void>;
}

/**
 * An hour is longer than an outage should be and not shorter than a token lives: after it there is nothing left to verify,
 * while a key that the issuer withdrew must not be trusted forever.
 */
export const defaultFreshness: Freshness = {
  freshFor: 300_000,
  keepFor: 3_600_000,
  cooldown: 5_000,
  retryInterval: 250,
};

const hasCode = (error: unknown, code: string): boolean => (error as { code?: unknown } | null)?.code === code;

const unreachable = (cause: unknown): AccessTokenUnverifiableError =>
  new AccessTokenUnverifiableError('the keys of the issuer cannot be fetched', 5, cause);

/** Keys that are fetched once, kept, and fetched again with measure. `load` brings the JWK Set document. */
export function createKeySet(load: () => Promise<unknown>, clock: Clock, freshness = defaultFreshness): KeySet {
  const remembered = remember(async () => createLocalJWKSet((await load()) as JSONWebKeySet), clock, freshness);
  const known = () => remembered.get().catch((cause) => Promise.reject(unreachable(cause)));
  const newer = () => remembered.renew().catch((cause) => Promise.reject(unreachable(cause)));

  return {
    async find(header) {
      try {
        return await (await known())(header);
      } catch (error) {
        if (!hasCode(error, errors.JWKSNoMatchingKey.code)) throw error;
      }
      const select = await newer();
      if (!select) throw new AccessTokenError('unknown_key');
      return select(header);
    },
    async reach() {
      await known();
    },
  };
}
