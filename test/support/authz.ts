import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { AuthzConfig, AuthzGiven } from '../../src/authz/deps.js';
import { createAuthz } from '../../src/authz/index.js';
import type { Clock } from '../../src/clock.js';
import { hashToken } from '../../src/crypto/digest.js';
import { systemRandom } from '../../src/crypto/random.js';
import { createCookies } from '../../src/http/browser/cookies.js';
import { createOutbound } from '../../src/http/outbound/client.js';
import { createApp } from '../../src/http/request/app.js';
import { createAuditBatch } from '../../src/storage/audit-events.js';
import { createClientCache } from '../../src/storage/clients.js';
import { completeInteraction, type InteractionOutcome } from '../../src/storage/interactions.js';
import { createSigningKeys, ensureSigningKey, type KeyRotation } from '../../src/storage/signing-keys.js';
import { createLog } from '../../src/telemetry/log/logger.js';
import { type Answer, Browser } from './browser.js';
import { openTestDatabase, type TestDatabase } from './database.js';
import { httpSettings } from './http-app.js';
import { listen } from './listen.js';
import { addClient, addSession, addUser, change, start } from './rows.js';

const minute = 60_000;
const key = { id: 'test', key: randomBytes(32) };

export const api = 'https://api.example/v1';
export const files = 'https://files.example';
export const redirectUri = 'https://client.example/callback';
export const idpUrl = 'http://localhost:8081';
export const spaOrigin = 'https://spa.example';

/** RFC 7636 appendix B would do as well; this one is ours. */
export const verifier = 'a-verifier-of-at-least-43-characters-0123456789';
export const challenge = createHash('sha256').update(verifier).digest('base64url');

const config = (issuer: string): AuthzConfig => ({
  issuer,
  publicUrls: { idp: idpUrl, rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' },
  resources: [
    { identifier: api, scopes: ['read:resource', 'write:resource'] },
    { identifier: files, scopes: ['files'] },
  ],
  defaultResource: api,
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
  limits: {
    interactionsPerAddress: { burst: 10_000, perSecond: 1_000 },
    interactions: { burst: 10_000, perSecond: 1_000 },
  },
  keyEncryptionKeys: { current: key, all: [key] },
  signingKeys: { algorithms: ['RS256', 'ES256', 'PS256', 'EdDSA'], rotationInterval: 0, publishLead: 0 },
  cors: { origins: [spaOrigin] },
  pages: { productName: 'Test Identity' },
});

const http = { ...httpSettings, trustProxy: ['loopback'] };

export interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
}

export interface JsonAnswer<Body = Record<string, unknown>> extends Answer {
  readonly json: Body;
}

export interface TestAuthz {
  readonly deps: AuthzGiven;
  readonly database: TestDatabase;
  readonly origin: string;
  /** What `rotateSigningKey` needs. */
  readonly rotation: KeyRotation;
  readonly logged: string[];
  readonly clock: Clock & { advance(milliseconds: number): void };
  newBrowser(): Browser;
  /** A public client for the code flow, or what `members` and `secret` make of it. */
  addClient(members?: Record<string, unknown>, secret?: string): Promise<string>;
  addUser(): Promise<string>;
  /** What idp does: closes an interaction that a browser was sent to. @returns the path that leads back */
  complete(interactionUrl: string | null, outcome: InteractionOutcome): Promise<string>;
  /** The outcome of a sign-in with consent to these scopes. */
  success(userId: string, scopes?: readonly string[]): InteractionOutcome;
  post<Body = Record<string, unknown>>(
    path: string,
    form: Record<string, string | readonly string[]>,
    headers?: Record<string, string>,
  ): Promise<JsonAnswer<Body>>;
  token<Body = Tokens>(
    form: Record<string, string | readonly string[]>,
    headers?: Record<string, string>,
  ): Promise<JsonAnswer<Body>>;
  /** Walks from /authorize to a code. */
  code(clientId: string, userId: string, parameters?: Record<string, string>, browser?: Browser): Promise<string>;
  /** A code, exchanged. */
  tokens(clientId: string, userId: string, parameters?: Record<string, string>, secret?: string): Promise<Tokens>;
  /** Rows of audit_events of one type, waiting ones included. */
  audited(type: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export const paths = {
  authorize: '/oauth2/v1/authorize',
  resume: '/oauth2/v1/resume',
  token: '/oauth2/v1/token',
  introspect: '/oauth2/v1/introspect',
  revoke: '/oauth2/v1/revoke',
  jwks: '/oauth2/v1/jwks',
} as const;

export const basic = (clientId: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
});

function movableClock(): TestAuthz['clock'] {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

const formOf = (fields: Record<string, string | readonly string[]>): URLSearchParams => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const item of [value].flat()) form.append(name, item);
  return form;
};

/** The role on a port of its own, over a database of its own, with a clock that tests move. */
export async function openAuthz(
  over: { config?: Partial<AuthzConfig>; sql?: (database: TestDatabase) => AuthzGiven['sql'] } = {},
): Promise<TestAuthz> {
  const database = await openTestDatabase();
  const clock = movableClock();
  const sql = over.sql?.(database) ?? database.sql;
  const logged: string[] = [];
  const log = createLog({ level: 'TRACE', format: 'json', sink: (line) => void logged.push(line), clock });
  const { server, origin } = await listen();
  const settings = { ...config(origin), ...over.config };
  const rotation: KeyRotation = {
    keys: settings.keyEncryptionKeys,
    random: systemRandom,
    publishLead: minute,
    overlap: 60 * minute,
  };
  const { algorithms } = settings.signingKeys;
  await Promise.all(algorithms.map((alg) => ensureSigningKey(database.dataSource.manager, alg, rotation, change)));
  const outbound = createOutbound({ allowHosts: ['127.0.0.1'], timeout: 2_000, maxBytes: 65_536 });
  const deps: AuthzGiven = {
    config: settings,
    sql,
    clients: createClientCache(sql, clock),
    signingKeys: createSigningKeys(sql, settings.keyEncryptionKeys, clock),
    auditBatch: createAuditBatch({ sql, clock, retention: settings.lifetimes.auditEvents, onLoss: () => undefined }),
    cookies: createCookies({ secure: false }),
    outbound,
    clock,
    random: systemRandom,
    log,
  };
  const authz = createAuthz(deps);
  const shell = { role: 'authz', log, clock, random: systemRandom, http, refusalPages: authz.refusalPages } as const;
  server.on('request', createApp({ ...shell, mount: (app) => authz.mount(app) }));

  const test: TestAuthz = {
    deps,
    database,
    origin,
    rotation,
    logged,
    clock,
    newBrowser: () => new Browser(origin),
    addClient: (members = {}, secret) => addClient(database, members, secret),
    addUser: () => addUser(database),
    success: (userId, scopes = ['openid', 'profile']) => ({
      userId,
      sessionId: randomUUID(),
      authTime: clock.now().getTime() - 5_000,
      amr: ['pwd'],
      acr: 'aal1',
      scopes,
    }),
    async complete(interactionUrl, outcome) {
      const id = new URL(interactionUrl ?? '').pathname.split('/').at(-1) ?? '';
      const handle = systemRandom.token();
      if (!('error' in outcome)) await addSession(database, outcome.sessionId, outcome.userId);
      const closed = { idHash: hashToken(id), outcome, handleHash: hashToken(handle), now: clock.now() };
      if (!(await completeInteraction(database.sql, closed))) throw new Error('the interaction was not completed');
      return `${paths.resume}?handle=${handle}`;
    },
    async post<Body>(path: string, form: Record<string, string | readonly string[]>, headers = {}) {
      const response = await fetch(new URL(path, origin), { method: 'POST', body: formOf(form), headers });
      const text = await response.text();
      const json = (text === '' ? {} : JSON.parse(text)) as Body;
      return { status: response.status, headers: response.headers, location: null, text, json };
    },
    token: (form, headers) => test.post(paths.token, form, headers),
    async code(clientId, userId, parameters = {}, browser = new Browser(origin)) {
      const query = new URLSearchParams({
        client_id: clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'openid profile',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...parameters,
      });
      const { location } = await browser.get(`${paths.authorize}?${query}`);
      const { rows } = await database.pool.query('SELECT request FROM interactions WHERE id_hash = $1', [
        hashToken(new URL(location ?? '').pathname.split('/').at(-1) ?? ''),
      ]);
      const answer = await browser.get(await test.complete(location, test.success(userId, rows[0].request.scopes)));
      const code = new URL(answer.location ?? '').searchParams.get('code');
      if (code === null) throw new Error(`no code in ${answer.location}`);
      return code;
    },
    async tokens(clientId, userId, parameters = {}, secret) {
      const code = await test.code(clientId, userId, parameters);
      const request = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        ...(secret === undefined ? { client_id: clientId } : {}),
      };
      const answer = await test.token(request, secret === undefined ? {} : basic(clientId, secret));
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json;
    },
    async audited(type) {
      await deps.auditBatch.flush();
      return (await database.pool.query('SELECT * FROM audit_events WHERE type = $1 ORDER BY id', [type])).rows;
    },
    async close() {
      await authz.stop();
      outbound.close();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
    },
  };
  return test;
}

/** Another one for the length of `work`, whatever becomes of it: a database left open would keep the run from ending. */
export async function withAuthz(
  over: Parameters<typeof openAuthz>[0],
  work: (authz: TestAuthz) => Promise<void>,
): Promise<void> {
  const authz = await openAuthz(over);
  try {
    await work(authz);
  } finally {
    await authz.close();
  }
}
