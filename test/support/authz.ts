import { createHash, randomUUID } from 'node:crypto';
import { hashToken } from '../../src/crypto/digest.js';
import { systemRandom } from '../../src/crypto/random.js';
import { completeInteraction } from '../../src/storage/interactions/interactions.js';
import type { KeyRotation } from '../../src/storage/key-pairs.js';
import type { InteractionOutcome } from '../../src/storage/schema/interactions.js';
import { type Answer, Browser } from './browser.js';
import { openRole, type RoleOptions, type TestRole } from './role.js';
import { addClient, addSession, addUser, redirectUri } from './rows.js';

/** RFC 7636 appendix B would do as well; this one is ours. */
export const verifier = 'a-verifier-of-at-least-43-characters-0123456789';
export const challenge = createHash('sha256').update(verifier).digest('base64url');

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

export interface TestAuthz extends TestRole {
  /** What rotates a key: its successor waits for a minute, and it stays published for an hour. */
  readonly rotation: KeyRotation;
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
}

export const paths = {
  authorize: '/oauth2/v1/authorize',
  resume: '/oauth2/v1/resume',
  par: '/oauth2/v1/par',
  token: '/oauth2/v1/token',
  introspect: '/oauth2/v1/introspect',
  revoke: '/oauth2/v1/revoke',
  jwks: '/oauth2/v1/jwks',
} as const;

export const basic = (clientId: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
});

const formOf = (fields: Record<string, string | readonly string[]>): URLSearchParams => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const item of [value].flat()) form.append(name, item);
  return form;
};

/** The role over a database of its own. */
export async function openAuthz(options: RoleOptions = {}): Promise<TestAuthz> {
  const role = await openRole('authz', options);
  const { database, clock, origin, deps } = role;
  const test: TestAuthz = {
    ...role,
    rotation: {
      keys: deps.config.keyEncryptionKeys,
      random: systemRandom,
      publishLead: 60_000,
      overlap: 3_600_000,
    },
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
  };
  return test;
}

/** Another one for the length of `work`, whatever becomes of it: a database left open would keep the run from ending. */
export async function withAuthz(options: RoleOptions, work: (authz: TestAuthz) => Promise<void>): Promise<void> {
  const authz = await openAuthz(options);
  try {
    await work(authz);
  } finally {
    await authz.close();
  }
}
