import type { ValidSections } from './checks.js';
import type { Fault } from './faults.js';
import type { Secret } from './secret.js';
import type { Path } from './tree.js';

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

const isExposedPlainHttp = (value: string | undefined): boolean => {
  if (value === undefined) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'http:' && !loopbackHosts.includes(hostname);
};

/** Bits that a secret of this alphabet and length can hold at most; text with few distinct characters holds none. */
function bitsOf(secret: string): number {
  const distinct = new Set(secret).size;
  if (distinct < 8) return 0;
  return secret.length * (/^[0-9a-f]+$/i.test(secret) ? 4 : 6);
}

/** 32 random bytes are never all printable, nor made of a few values: such a key was typed by somebody, or by us as an example. */
const isTypedKey = (key: Buffer): boolean => new Set(key).size < 16 || key.every((byte) => byte >= 0x20 && byte < 0x7f);

function* urlFaults({ issuer, public_urls }: ValidSections): Generator<Fault> {
  const urls: readonly [Path, string | undefined][] = [
    [['issuer'], issuer],
    ...Object.entries(public_urls ?? {}).map(([role, url]): [Path, string] => [['public_urls', role], url]),
  ];
  for (const [path, url] of urls) {
    if (isExposedPlainHttp(url)) yield { path, problem: 'found plain http; production expects https, but on loopback' };
  }
}

const weakSecret = (path: Path, secret: Secret | undefined): readonly Fault[] =>
  secret && bitsOf(secret.reveal()) < 256
    ? [{ path, problem: 'found a guessable secret; production expects 32 random bytes (openssl rand -base64 32)' }]
    : [];

/** What a production profile refuses to start with. */
export function* productionFaults(sections: ValidSections): Generator<Fault> {
  yield* urlFaults(sections);
  if (sections.database?.embedded) {
    yield { path: ['database', 'embedded'], problem: 'found an embedded database; production expects dsn_file' };
  }
  for (const [index, { username }] of (sections.users ?? []).entries()) {
    if (username.toLowerCase() === 'demo') {
      yield { path: ['users', index, 'username'], problem: 'found the demo user; production refuses it' };
    }
  }
  for (const [index, { client_secret }] of (sections.clients ?? []).entries()) {
    yield* weakSecret(['clients', index, 'client_secret'], client_secret);
  }
  yield* weakSecret(['rs', 'introspection', 'client_secret'], sections.rs?.introspection?.client_secret);
  for (const [index, { key }] of (sections.key_encryption_keys ?? []).entries()) {
    if (key && isTypedKey(key)) {
      const problem = 'found a default or typed key; production expects 32 random bytes (openssl rand -base64 32)';
      yield { path: ['key_encryption_keys', index, 'key'], problem };
    }
  }
}
