import { randomUUID } from 'node:crypto';
import { after } from '../../src/clock.js';
import { hashToken } from '../../src/crypto/digest.js';
import { systemRandom } from '../../src/crypto/random.js';
import type { ValidatedAuthorizationRequest } from '../../src/protocol/authorization/authorization-request.js';
import { startInteraction } from '../../src/storage/interactions/interactions.js';
import { insertUser } from '../../src/storage/people/user-changes.js';
import { type Browser, formsOf } from './browser.js';
import { configuration } from './configuration.js';
import { openRole, type RoleOptions, type TestRole } from './role.js';
import { change } from './rows.js';
import { validatedRequest } from './validated-request.js';

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

export interface TestIdp extends TestRole {
  addUser(over?: { username?: string; claims?: Record<string, unknown>; hash?: string | null }): Promise<TestUser>;
  /** Starts an interaction as authz would. @returns the secret of its URL */
  start(clientId: string, request?: Partial<ValidatedAuthorizationRequest>): Promise<string>;
  /** Walks through the login page of an interaction. */
  signIn(browser: Browser, interaction: string, user: TestUser): ReturnType<Browser['post']>;
}

export const hub = (interaction: string): string => `/oidc/v1/interaction/${interaction}`;

/** The role over a database of its own, or over that of an authz; one algorithm signs for it. */
export async function openIdp(options: RoleOptions = {}): Promise<TestIdp> {
  const signingKeys = { ...configuration.signingKeys, algorithms: ['ES256' as const] };
  const role = await openRole('idp', { ...options, config: { signingKeys, ...options.config } });
  const { database, clock, deps } = role;
  return {
    ...role,
    async addUser({ username = `user-${randomUUID().slice(0, 8)}`, claims = {}, hash } = {}) {
      const user = {
        id: randomUUID(),
        username,
        email: `${username}@example.com`,
        password: `password of ${username}`,
      };
      const passwordHash = hash === undefined ? await deps.passwords.hash(user.password) : hash;
      const row = { id: user.id, username, email: user.email, emailVerified: true, passwordHash, claims };
      await insertUser(database.transactions, row, change);
      return user;
    },
    async start(clientId, request = {}) {
      const id = systemRandom.token(16);
      const now = clock.now();
      await startInteraction(database.sql, {
        idHash: hashToken(id),
        clientId,
        request: validatedRequest({ clientId, ...request }),
        authzBrowserHash: hashToken('authz cookie'),
        now,
        expiresAt: after(now, deps.config.lifetimes.interaction),
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
  };
}
