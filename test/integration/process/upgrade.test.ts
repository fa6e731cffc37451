import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { migrations } from '../../../migrations/index.js';
import { basic, challenge, openAuthz, paths, type TestAuthz } from '../../support/authz.js';
import { type Browser, formsOf } from '../../support/browser.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { hub, openIdp, type TestIdp } from '../../support/idp.js';

/**
 * What the first release left in its database after sign-ins, refreshes and a sign-out with the development profile, the secrets that its
 * clients and browsers hold, and every statement that it ran.
 */
const release: {
  readonly capturedAt: string;
  readonly issuer: string;
  readonly refreshToken: string;
  readonly usedRefreshToken: string;
  readonly idToken: string;
  readonly opaqueAccessToken: string;
  readonly session: string;
  readonly browser: string;
  /** A sign-in that has begun, with prompt=login, and the cookie of authz that belongs to it. */
  readonly interaction: string;
  readonly interactionCookie: string;
  readonly rows: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  readonly statements: readonly { readonly name: string; readonly text: string }[];
} = JSON.parse(readFileSync(new URL('./fixtures/first-release.json', import.meta.url), 'utf8'));

const redirectUri = 'http://127.0.0.1:9999/callback';
const demo = basic('demo-client', 'demo-secret');
/** The development profile's. */
const key = { id: 'development', key: Buffer.from('only for development, not a secr') };
const realClock = { now: () => new Date(), advance: () => undefined };

/** As the first release left it, with all moments as long ago as they were then. */
async function openDatabaseOfFirstRelease(): Promise<TestDatabase> {
  const database = await openTestDatabase();
  for (const _ of migrations.slice(1)) await database.dataSource.undoLastMigration({ transaction: 'none' });
  const shift = `${Date.now() - Date.parse(release.capturedAt)} milliseconds`;
  await database.pool.query('DELETE FROM installation');
  for (const [table, rows] of Object.entries(release.rows)) {
    const insert = `INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table}, row)).* FROM jsonb_array_elements($1::jsonb) row`;
    await database.pool.query(insert, [JSON.stringify(rows)]);
  }
  const { rows: columns } = await database.pool.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' AND table_name = ANY ($1)`,
    [Object.keys(release.rows)],
  );
  for (const { table, column } of columns) {
    await database.pool.query(`UPDATE ${table} SET ${column} = ${column} + $1::interval`, [shift]);
  }
  return database;
}

let database: TestDatabase;
let authz: TestAuthz;
let idp: TestIdp;
beforeAll(async () => {
  database = await openDatabaseOfFirstRelease();
  await database.dataSource.runMigrations({ transaction: 'each' });
  const config = {
    issuer: release.issuer,
    keyEncryptionKeys: { current: key, all: [key] },
    publicUrls: { idp: '', rs: 'http://127.0.0.1:7082', spaRp: 'http://127.0.0.1:7083' },
    resources: [{ identifier: 'http://127.0.0.1:7082/api/v1', scopes: ['read:resource'] }],
    defaultResource: 'http://127.0.0.1:7082/api/v1',
  };
  authz = await openAuthz({ database, clock: realClock, config });
  idp = await openIdp({ beside: authz });
  config.publicUrls.idp = idp.origin;
});
afterAll(async () => {
  await idp.close();
  await authz.close();
});

/** A browser in which somebody signed in with the first release. */
function browserOfFirstRelease(): Browser {
  const browser = idp.newBrowser();
  browser.cookies.set('browser', release.browser);
  browser.cookies.set('session', release.session);
  return browser;
}

/** Follows the way back to authz, which the first release had at another place. */
async function codeAt(atAuthz: Browser, resumption: string | null): Promise<string | null> {
  const { pathname, search } = new URL(resumption ?? '');
  const { location } = await atAuthz.get(`${pathname}${search}`);
  return new URL(location ?? '').searchParams.get('code');
}

describe('what the first release handed out', () => {
  it('a refresh token goes on', async () => {
    const { status, json } = await authz.token(
      { grant_type: 'refresh_token', refresh_token: release.refreshToken },
      demo,
    );
    expect(status).toBe(200);
    expect(decodeJwt(json.id_token ?? '').sub).toBe(decodeJwt(release.idToken).sub);
    const next = { grant_type: 'refresh_token', refresh_token: json.refresh_token ?? '' };
    expect((await authz.token(next, demo)).status).toBe(200);
  });

  it('an opaque access token is active', async () => {
    const client = basic('opaque-client', 'demo-secret');
    const { json } = await authz.post(paths.introspect, { token: release.opaqueAccessToken }, client);
    expect(json).toMatchObject({ active: true, client_id: 'opaque-client', scope: 'read:resource' });
  });

  it('a session signs in without a question, and is known to authz from then on', async () => {
    const atAuthz = authz.newBrowser();
    const query = new URLSearchParams({
      client_id: 'demo-client',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile offline_access read:resource',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const ask = () => atAuthz.get(`${paths.authorize}?${query}`);
    const answer = await browserOfFirstRelease().get(new URL((await ask()).location ?? '').pathname);
    expect(await codeAt(atAuthz, answer.location)).toMatch(/./);
    expect((await ask()).location).toContain(`${redirectUri}?code=`);
  });

  it('a sign-in that has begun can be finished', async () => {
    const browser = browserOfFirstRelease();
    const [form] = formsOf((await browser.get(hub(release.interaction))).text);
    const fields = { ...form?.fields, identifier: 'demo', password: 'demo-password' };
    let { location } = await browser.post(form?.action ?? '', fields);
    if (location?.includes('/interaction/')) ({ location } = await browser.get(location));
    const atAuthz = authz.newBrowser();
    const [name = '', value = ''] = release.interactionCookie.split('=');
    atAuthz.cookies.set(name, value);
    expect(await codeAt(atAuthz, location)).toMatch(/./);
  });

  it('a refresh token that was used is still known as such, and ends what came of it', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: release.usedRefreshToken };
    expect((await authz.token<unknown>(form, demo)).json).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('the first release on the migrated database', () => {
  it('can run every statement', async () => {
    const client = await database.pool.connect();
    for (const { name, text } of release.statements) await client.query(`PREPARE first_${name} AS ${text}`);
    client.release(true);
    expect(release.statements.length).toBeGreaterThan(20);
  });

  it('knows no column of ours, and need not', async () => {
    const known = Object.entries(release.rows).map(([table, [row]]) => ({ table, columns: Object.keys(row ?? {}) }));
    for (const { table, columns } of known) {
      const { rows } = await database.pool.query(
        `SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1
           AND NOT column_name = ANY ($2) AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'`,
        [table, columns],
      );
      expect({ table, rows }).toEqual({ table, rows: [] });
    }
  });
});
