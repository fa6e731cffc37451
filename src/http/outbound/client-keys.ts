import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import { createBoundedCache } from '../../cache/bounded-cache.js';
import { type Freshness, type Remembered, remember } from '../../cache/remembered.js';
import type { Clock } from '../../clock.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import type { JsonWebKeySet } from '../../protocol/client/member-reader.js';
import type { Outbound } from './client.js';

/** A client that withdraws a key means at once: only an outage of its server lets the last keys stand for longer than ten minutes. */
const freshness: Freshness = {
  freshFor: 600_000,
  waitsForRenewal: true,
  keepFor: 3_600_000,
  cooldown: 10_000,
  retryInterval: 10_000,
};
const cacheSize = 1_000;

/** Where somebody's public keys are (RFC 7591 §2 `jwks`, `jwks_uri`). */
export type KeySource = Pick<ClientMetadata, 'jwks' | 'jwks_uri'>;

export interface ClientKeys {
  /** The public keys of a client, or of whoever vouches for one; `unknownKey` says that those at hand lack one, so that a new set is looked for. */
  find(source: KeySource, options?: { readonly unknownKey: boolean }): Promise<LocalJWKSet | undefined>;
}

const imported = new WeakMap<JsonWebKeySet, LocalJWKSet>();

function importKeys(jwks: JsonWebKeySet): LocalJWKSet {
  const known = imported.get(jwks);
  if (known) return known;
  const keys = createLocalJWKSet(jwks as JSONWebKeySet);
  imported.set(jwks, keys);
  return keys;
}

/**
 * Keys of clients (RFC 7591 §2 `jwks`, `jwks_uri`). A set is fetched again when a key is unknown, as clients rotate theirs, but
 * not more often than the cooldown: assertions of strangers cost no fetches.
 */
export function createClientKeys(outbound: Outbound, clock: Clock): ClientKeys {
  const published = createBoundedCache<Remembered<LocalJWKSet>>(cacheSize);

  function publishedAt(uri: string): Remembered<LocalJWKSet> {
    const known = published.get(uri);
    if (known) return known;
    const load = async () => createLocalJWKSet((await outbound.getJson(uri)) as JSONWebKeySet);
    const keys = remember(load, clock, freshness);
    published.set(uri, keys);
    return keys;
  }

  return {
    async find({ jwks, jwks_uri: uri }, { unknownKey } = { unknownKey: false }) {
      if (jwks) return unknownKey ? undefined : importKeys(jwks);
      if (uri === undefined) return undefined;
      return unknownKey ? publishedAt(uri).renew() : publishedAt(uri).get();
    },
  };
}
