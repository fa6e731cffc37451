import { passwordFault, passwordProblem, shortestMinLength } from '../protocol/password/policy.js';
import type { ValidSections } from './checks.js';
import { isLikeliestPassword } from './common-password.js';
import type { Fault } from './faults.js';
import { isLoopbackHost } from './loopback.js';
import type { Secret } from './secret.js';
import { isGuessable } from './secret-strength.js';
import type { Path } from './tree.js';

const isExposedPlainHttp = (value: string | undefined): boolean => {
  if (value === undefined) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'http:' && !isLoopbackHost(hostname);
};

/** 32 random bytes are never all printable, nor made of a few values: such a key was typed by somebody, or by us as an example. */
const isTypedKey = (key: Buffer): boolean => new Set(key).size < 16 || key.every((byte) => byte >= 0x20 && byte < 0x7f);

function* urlFaults({ issuer, public_urls }: ValidSections): Generator<Fault> {
  const urls: readonly [Path, string | undefined][] = [
    [['issuer'], issuer],
    ...Object.entries(public_urls ?? {}).map(([role, url]): [Path, string | undefined] => [['public_urls', role], url]),
  ];
  for (const [path, url] of urls) {
    if (isExposedPlainHttp(url)) yield { path, problem: 'found plain http; production expects https, but on loopback' };
  }
}

const weakSecret = (path: Path, secret: Secret | undefined): readonly Fault[] =>
  secret && isGuessable(secret.reveal())
    ? [{ path, problem: 'found a guessable secret; production expects 32 random bytes (openssl rand -base64 32)' }]
    : [];

/** As pg reads it: `prefer` and `allow` are content with plaintext, and so is a connection string that says nothing. */
function isEncrypted({ searchParams }: URL): boolean {
  const mode = searchParams.get('sslmode') ?? '';
  return (
    ['require', 'verify-ca', 'verify-full', 'no-verify'].includes(mode) ||
    /^(1|true)$/.test(searchParams.get('ssl') ?? '')
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // with a bare percent sign
  }
}

/** What is wrong with a connection string: TLS on the way to another machine, and a password that nobody would try. */
function* dsnFaults(path: Path, dsn: Secret | undefined, allowsPlaintext: boolean): Generator<Fault> {
  if (!dsn) return;
  const url = new URL(dsn.reveal());
  const host = url.searchParams.get('host') ?? decoded(url.hostname);
  const isHere = isLoopbackHost(host) || host.startsWith('/');
  if (!isHere && !allowsPlaintext && !isEncrypted(url)) {
    yield {
      path,
      problem: `found no TLS on the way to ${host}; production expects sslmode=verify-full (with sslrootcert=FILE for an authority of your own), or database.allow_plaintext: true where the network in between is nobody else's`,
    };
  }
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (password && (isLikeliestPassword(password) || (password === user && !isHere))) {
    yield { path, problem: 'found a password that everybody tries first; production expects a random one' };
  }
}

function* databaseFaults({ database }: ValidSections): Generator<Fault> {
  if (!database) return;
  if (database.embedded) {
    yield { path: ['database', 'embedded'], problem: 'found an embedded database; production expects dsn_file' };
  }
  yield* dsnFaults(['database', 'dsn'], database.dsn, database.allow_plaintext);
  yield* dsnFaults(['database', 'migration_dsn'], database.migration_dsn, database.allow_plaintext);
}

function* mailFaults({ mail, factors }: ValidSections): Generator<Fault> {
  if (factors && factors.email !== 'off' && mail && !mail.smtp) {
    yield { path: ['factors', 'email'], problem: `found ${factors.email}; production sends no code without mail.smtp` };
  }
  if (mail?.smtp?.tls === 'none' && !isLoopbackHost(mail.smtp.host)) {
    yield {
      path: ['mail', 'smtp', 'tls'],
      problem: 'found none; production expects required or starttls, but on loopback',
    };
  }
}

function* userFaults({ users = [], pages }: ValidSections): Generator<Fault> {
  for (const [index, { username, password }] of users.entries()) {
    if (username.toLowerCase() === 'demo') {
      yield { path: ['users', index, 'username'], problem: 'found the demo user; production refuses it' };
    }
    const contextWords = [username, pages?.product_name ?? ''];
    // Not `password.min_length`: most are stored already, and an upgrade that asks for more may not keep the server from starting.
    const policy = { minLength: shortestMinLength, contextWords, isCommon: isLikeliestPassword };
    const problem = password && passwordProblem(password.reveal(), policy);
    if (problem) {
      const fault = passwordFault(problem, shortestMinLength);
      yield { path: ['users', index, 'password'], problem: `found one that production refuses: ${fault}` };
    }
  }
}

/** What a production profile refuses to start with. */
export function* productionFaults(sections: ValidSections): Generator<Fault> {
  yield* urlFaults(sections);
  yield* databaseFaults(sections);
  yield* userFaults(sections);
  yield* mailFaults(sections);
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
