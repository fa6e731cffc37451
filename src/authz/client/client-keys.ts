import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import type { Clock } from '../../clock.js';
import type { Outbound } from '../../http/outbound/client.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import type { JsonWebKeySet } from '../../protocol/client/member-reader.js';

/** Milliseconds after which a client's jwks_uri is read again, and before which an unknown key does not make us read it. */
const cacheLife = 600_000;
const cooldown = 10_000;
/** Milliseconds after which keys that could not be read again are no longer believed: a withdrawn one must not live forever. */
const longestOutage = 3_600_000;
const cacheSize = 1_000;

interface FetchedKeys {
  readonly fetchedAt: number;
  readonly keys: Promise<LocalJWKSet>;
  /** Milliseconds that they are used for. */
  life: number;
  /** When the client last gave them. */
  readAt: number;
}

export interface ClientKeys {
  /** The client's public keys; `unknownKey` says that those at hand lack one, so that a new set is looked for. */
  find(metadata: ClientMetadata, options?: { readonly unknownKey: boolean }): Promise<LocalJWKSet | undefined>;
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
  const fetched = new Map<string, FetchedKeys>();

  function fetchKeys(uri: string, now: number, previous: FetchedKeys | undefined): FetchedKeys {
    const fresh = outbound.getJson(uri).then((document) => importKeys(document as JsonWebKeySet));
    // While the client does not answer, the keys it gave before still hold.
    const isKept = previous !== undefined && now - previous.readAt < longestOutage;
    const keys = isKept ? fresh.catch(() => previous.keys) : fresh;
    const entry: FetchedKeys = { fetchedAt: now, keys, life: cacheLife, readAt: now };
    fresh.catch(() => {
      entry.life = cooldown;
      entry.readAt = previous?.readAt ?? Number.NEGATIVE_INFINITY;
    });
    keys.catch(() => undefined);
    fetched.delete(uri);
    fetched.set(uri, entry);
    const oldest = fetched.keys().next().value;
    if (fetched.size > cacheSize && oldest !== undefined) fetched.delete(oldest);
    return entry;
  }

  return {
    async find({ jwks, jwks_uri: uri }, { unknownKey } = { unknownKey: false }) {
      if (jwks) return unknownKey ? undefined : importKeys(jwks);
      if (uri === undefined) return undefined;
      const now = clock.now().getTime();
      const known = fetched.get(uri);
      const age = known ? now - known.fetchedAt : Number.POSITIVE_INFINITY;
      if (known && age < (unknownKey ? cooldown : known.life)) return unknownKey ? undefined : known.keys;
      return fetchKeys(uri, now, known).keys;
    },
  };
}
