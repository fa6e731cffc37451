import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../src/clock.js';
import { hashToken } from '../../src/crypto/digest.js';
import { createPasswordHasher, type PasswordHasher } from '../../src/crypto/password.js';
import { systemRandom } from '../../src/crypto/random.js';
import { createCookies } from '../../src/http/browser/cookies.js';
import { createApp } from '../../src/http/request/app.js';
import type { IdpConfig, IdpGiven } from '../../src/idp/deps.js';
import { createIdp } from '../../src/idp/index.js';
import type { ValidatedAuthorizationRequest } from '../../src/protocol/authorization/authorization-request.js';
import { createAuditBatch } from '../../src/storage/audit-events.js';
import { createClientCache } from '../../src/storage/clients.js';
import { startInteraction } from '../../src/storage/interactions.js';
import { createSigningKeys, ensureSigningKey } from '../../src/storage/signing-keys.js';
import { insertUser } from '../../src/storage/users.js';
import { createLog } from '../../src/telemetry/log/logger.js';
import type { TestAuthz } from './authz.js';
import { Browser, formsOf } from './browser.js';
import { openTestDatabase, type TestDatabase } from './database.js';
import { httpSettings } from './http-app.js';
import { listen } from './listen.js';
import { change, start } from './rows.js';

const minute = 60_000;

const key = { id: 'test', key: randomBytes(32) };

const config = (
  idp: string,
  issuer: string,
  keys: IdpConfig['keyEncryptionKeys'] = { current: key, all: [key] },
): IdpConfig => ({
  issuer,
  publicUrls: { idp, rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' },
  lifetimes: {
    interaction: 30 * minute,
    authorizationCode: minute,
    accessToken: 10 * minute,
    idToken: 60 * minute,
    refreshToken: 30 * 24 * 60 * minute,
    refreshGrace: 10_000,
    sessionAbsolute: 12 * 60 * minute,
    sessionIdle: 2 * 60 * minute,
    auditEvents: 90 * 24 * 60 * minute,
  },
  keyEncryptionKeys: keys,
  signIn: {
    freeFailures: 3,
    firstDelay: 1_000,
    longestDelay: minute,
    rememberFailures: 60 * minute,
    knownBrowser: 180 * 24 * 60 * minute,
  },
  pages: { productName: 'Test Identity', lostPasswordUrl: 'https://help.example/password' },
  cors: { origins: ['https://spa.example'] },
});

/** Parameters at which a hash costs next to nothing. */
export const cheapHashing = { memoryKib: 8, iterations: 1, parallelism: 1, concurrency: 4, queue: 64 };

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

export interface TestIdp {
  readonly deps: IdpGiven;
  readonly database: TestDatabase;
  readonly origin: string;
  readonly passwords: PasswordHasher;
  /** Every line that was logged. */
  readonly logged: string[];
  /** Milliseconds since the start. */
  readonly clock: Clock & { advance(milliseconds: number): void };
  newBrowser(headers?: Readonly<Record<string, string>>): Browser;
  addUser(over?: { claims?: Record<string, unknown>; hash?: string | null }): Promise<TestUser>;
  /** Starts an interaction as authz would. @returns the secret of its URL */
  start(clientId: string, request?: Partial<ValidatedAuthorizationRequest>): Promise<string>;
  /** Walks through the login page of an interaction. */
  signIn(browser: Browser, interaction: string, user: TestUser): ReturnType<Browser['post']>;
  /** Rows of audit_events of one type, waiting ones included. */
  audited(type: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export const hub = (interaction: string): string => `/oidc/v1/interaction/${interaction}`;
export const redirectUri = 'https://client.example/callback';

function movableClock(): TestIdp['clock'] {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

export interface IdpOptions {
  readonly hashing?: Partial<typeof cheapHashing>;
  readonly issuer?: string;
  /** An authz with which to share database, keys and clock. */
  readonly beside?: TestAuthz;
}

/** The role on a port of its own, over a database of its own, with a clock that tests move. */
export async function openIdp({ hashing, issuer, beside }: IdpOptions = {}): Promise<TestIdp> {
  const database = beside?.database ?? (await openTestDatabase());
  const clock = beside?.clock ?? movableClock();
  const { sql } = database;
  const logged: string[] = [];
  const log = createLog({ level: 'TRACE', format: 'json', sink: (line) => void logged.push(line), clock });
  const passwords = createPasswordHasher({ ...cheapHashing, ...hashing });
  const { server, origin } = await listen();
  const authz = issuer ?? beside?.origin ?? 'http://127.0.0.1:8080';
  const settings = config(origin, authz, beside?.deps.config.keyEncryptionKeys);
  const deps: IdpGiven = {
    config: settings,
    sql,
    clients: createClientCache(sql, clock),
    signingKeys: createSigningKeys(sql, settings.keyEncryptionKeys, clock),
    passwords,
    auditBatch: createAuditBatch({ sql, clock, retention: settings.lifetimes.auditEvents, onLoss: () => undefined }),
    cookies: createCookies({ secure: false }),
    clock,
    random: systemRandom,
    log,
  };
  const keys = { keys: settings.keyEncryptionKeys, random: systemRandom };
  if (!beside) await ensureSigningKey(database.dataSource.manager, 'ES256', keys, change);
  const idp = createIdp(deps);
  server.on(
    'request',
    createApp({
      role: 'idp',
      log,
      clock,
      random: systemRandom,
      http: httpConfig,
      mount: (app) => idp.mount(app),
      refusalPages: idp.refusalPages,
    }),
  );

  return {
    deps,
    database,
    origin,
    passwords,
    logged,
    clock,
    newBrowser: (headers) => new Browser(origin, headers),
    async addUser({ claims = {}, hash } = {}) {
      const username = `user-${randomUUID().slice(0, 8)}`;
      const user = {
        id: randomUUID(),
        username,
        email: `${username}@example.com`,
        password: `password of ${username}`,
      };
      const passwordHash = hash === undefined ? await passwords.hash(user.password) : hash;
      const row = { id: user.id, username, email: user.email, emailVerified: true, passwordHash, claims };
      await insertUser(database.dataSource.manager, row, change);
      return user;
    },
    async start(clientId, request = {}) {
      const id = systemRandom.token(16);
      const now = clock.now();
      const validated = {
        clientId,
        redirectUri,
        redirectUriNamed: true,
        responseMode: 'query',
        scopes: ['openid', 'profile'],
        resources: [],
        prompts: [],
        acrValues: [],
        ...request,
      } as unknown as ValidatedAuthorizationRequest;
      const expiresAt = new Date(now.getTime() + settings.lifetimes.interaction);
      const authzBrowserHash = hashToken('authz cookie');
      await startInteraction(database.sql, {
        idHash: hashToken(id),
        clientId,
        request: validated,
        authzBrowserHash,
        now,
        expiresAt,
        traceparent: null,
      });
      return id;
    },
    async signIn(browser, interaction, user) {
      if (!browser.cookies.has('browser')) await browser.get(hub(interaction));
      const [form] = formsOf((await browser.get(`${hub(interaction)}?account=other`)).text);
      if (!form) throw new Error('there is no login form');
      return browser.post(form.action, { ...form.fields, identifier: user.username, password: user.password });
    },
    async audited(type) {
      await deps.auditBatch.flush();
      return (await database.pool.query('SELECT * FROM audit_events WHERE type = $1 ORDER BY id', [type])).rows;
    },
    async close() {
      await idp.stop();
      await new Promise((resolve) => server.close(resolve));
      if (!beside) await database.close();
    },
  };
}

const httpConfig = {
  ...httpSettings,
  ports: { authz: 0, idp: 0, rs: 0, spaRp: 0 },
  trustProxy: ['loopback'],
  drainDelay: 0,
};
