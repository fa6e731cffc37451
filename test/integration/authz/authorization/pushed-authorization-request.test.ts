import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import { disableClient } from '../../../../src/storage/clients/clients.js';
import { sweepTable } from '../../../../src/storage/expirable.js';
import { basic, challenge, openAuthz, paths, type TestAuthz, withAuthz } from '../../../support/authz.js';
import { type Answer, type Browser, formsOf } from '../../../support/browser.js';
import { configuration, spaOrigin } from '../../../support/configuration.js';
import { change, redirectUri } from '../../../support/rows.js';

const secret = 'a secret of this client';

let authz: TestAuthz;
let client: string;
let other: string;
let user: string;
beforeAll(async () => {
  authz = await openAuthz();
  client = await authz.addClient({}, secret);
  other = await authz.addClient({}, secret);
  user = await authz.addUser();
});
afterAll(() => authz.close());
afterEach(() => authz.clock.advance(1_000));

type Fields = Record<string, string | undefined>;
interface Pushed {
  readonly request_uri: string;
  readonly expires_in: number;
}

const fields = (changes: Fields = {}): Record<string, string> => {
  const all: Fields = {
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: 'pushed',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
};

const push = (changes: Fields = {}, headers = basic(client, secret)) =>
  authz.post<Pushed & { readonly error?: string }>(paths.par, fields(changes), headers);

const pushed = async (changes: Fields = {}): Promise<string> => {
  const { status, text, json } = await push(changes);
  if (status !== 201) throw new Error(text);
  return json.request_uri;
};

const visit = (requestUri: string, more: Record<string, string> = {}, browser: Browser = authz.newBrowser()) =>
  browser.get(`${paths.authorize}?${new URLSearchParams({ client_id: client, request_uri: requestUri, ...more })}`);

/** From /authorize to the client, in one browser. */
async function walk(requestUri: string, more: Record<string, string> = {}): Promise<Record<string, string>> {
  const browser = authz.newBrowser();
  return told(await finish(await visit(requestUri, more, browser), browser));
}

const finish = async (answer: Answer, browser: Browser): Promise<Answer> =>
  browser.get(await authz.complete(answer.location, authz.success(user)));

const told = ({ location }: Answer): Record<string, string> =>
  Object.fromEntries(new URL(location ?? 'missing:').searchParams);

const rowOf = async (requestUri: string) =>
  (await authz.database.pool.query('SELECT * FROM tokens WHERE value_hash = $1', [hashToken(requestUri)])).rows[0];

const expectPage = (answer: Answer) => {
  expect([answer.status, answer.location]).toEqual([400, null]);
  expect(answer.text).toContain('request_uri is unknown, expired, used or of another client');
};

describe('POST /par (RFC 9126 §2)', () => {
  it('answers 201 with a request_uri that nobody can guess and the seconds that it lives (§2.2)', async () => {
    const { status, headers, json } = await push();
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(headers.get('content-type')).toContain('application/json');
    expect(json).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/),
      expires_in: 90,
    });
    const row = await rowOf(json.request_uri);
    expect(row).toMatchObject({ kind: 'pushed_request', client_id: client, user_id: null, consumed_at: null });
    expect(row.expires_at).toEqual(new Date(authz.clock.now().getTime() + 90_000));
    expect(JSON.stringify(row)).not.toContain(json.request_uri.split(':').at(-1));
  });

  it('costs one statement once the client is known (decision 0008)', async () => {
    await push();
    authz.database.statements();
    await push();
    expect(authz.database.statements()).toEqual(['insert_pushed_request']);
  });

  it('takes a public client by its client_id alone (§2)', async () => {
    const spa = await authz.addClient();
    const { status, json } = await push({ client_id: spa }, {});
    expect(status).toBe(201);
    expect((await walk(json.request_uri, { client_id: spa })).code).toBeDefined();
  });

  it('may be asked by pages of configured origins', async () => {
    const { headers } = await push({}, { ...basic(client, secret), origin: spaOrigin });
    expect(headers.get('access-control-allow-origin')).toBe(spaOrigin);
  });

  it.each(['GET', 'PUT', 'DELETE'])('§4.2: answers %s with 405 (RFC 9126 §2.3)', async (method) => {
    const answer = await fetch(`${authz.origin}${paths.par}`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each<[string, Fields, string]>([
    ['a request_uri (§2.1)', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['a request_uri to fetch from (§2.1)', { request_uri: 'https://client.example/request' }, 'invalid_request'],
    ['no redirect_uri', { redirect_uri: undefined }, 'invalid_request'],
    ['a redirect_uri that is not registered', { redirect_uri: 'https://evil.example/callback' }, 'invalid_request'],
    ['no code_challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['code_challenge_method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['response_type token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type code id_token', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['an unknown prompt', { prompt: 'maybe' }, 'invalid_request'],
    ['an unknown resource', { resource: 'https://unknown.example' }, 'invalid_target'],
    ['a state that is too long', { state: 's'.repeat(2049) }, 'invalid_request'],
  ])('§4.3-6: refuses %s with 400 and JSON, and stores nothing (RFC 9126 §2.3)', async (_, changes, error) => {
    authz.database.statements();
    const { status, json } = await push(changes);
    expect([status, json.error]).toEqual([400, error]);
    expect(authz.database.statements()).not.toContain('insert_pushed_request');
  });

  it.each([
    ['a wrong secret', () => push({}, basic(client, 'wrong'))],
    ['no secret', () => push({ client_id: client }, {})],
    ['client_id of another client', () => push({ client_id: other })],
  ])('§4.1: refuses %s as the token endpoint does (RFC 9126 §2)', async (_, request) => {
    const { status, json } = await request();
    expect([status, json.error]).toEqual([401, 'invalid_client']);
  });

  it('S8: is bounded for each client, and for each address of public ones (RFC 9126 §2.3)', async () => {
    const tight = { burst: 2, perSecond: 0.1 };
    const limits = { ...configuration.limits, pushedRequestsPerClient: tight, interactionsPerAddress: tight };
    await withAuthz({ config: { limits } }, async (limited) => {
      const [one, two] = [await limited.addClient({}, secret), await limited.addClient({}, secret)];
      const open = await limited.addClient();
      const statuses = async (body: Record<string, string>, headers: Record<string, string>) => {
        const answers = [];
        for (let i = 0; i < 3; i += 1) answers.push(await limited.post(paths.par, { ...fields(), ...body }, headers));
        return answers.map(({ status, headers: sent }) => [status, sent.get('retry-after')]);
      };
      const bounded = [
        [201, null],
        [201, null],
        [429, '10'],
      ];
      expect(await statuses({}, basic(one, secret))).toEqual(bounded);
      expect(await statuses({}, basic(two, secret))).toEqual(bounded);
      expect(await statuses({ client_id: open }, { 'X-Forwarded-For': '203.0.113.1' })).toEqual(bounded);
      expect(await statuses({ client_id: open }, { 'X-Forwarded-For': '203.0.113.2' })).toEqual(bounded);
      const stored = await limited.database.pool.query(`SELECT FROM tokens WHERE kind = 'pushed_request'`);
      expect(stored.rowCount).toBe(8);
    });
  });

  it('is no token: revocation does not know it (RFC 7009 §2.1)', async () => {
    const requestUri = await pushed();
    const revocation = await authz.post(paths.revoke, { token: requestUri }, basic(other, secret));
    expect(revocation.status).toBe(200);
    expect((await visit(requestUri)).status).toBe(303);
  });
});

describe('a request_uri at /authorize (RFC 9126 §4)', () => {
  it('stands for all that was pushed, with client_id', async () => {
    const requestUri = await pushed({ nonce: 'n', login_hint: 'anna', response_mode: 'form_post' });
    const browser = authz.newBrowser();
    const answer = await visit(requestUri, {}, browser);
    const page = await finish(answer, browser);
    const [form] = formsOf(page.text);
    expect(form).toEqual({
      action: redirectUri,
      fields: { code: expect.any(String), state: 'pushed', iss: authz.origin },
    });
  });

  it('costs one statement more than a plain request (decision 0008)', async () => {
    const requestUri = await pushed();
    authz.database.statements();
    await visit(requestUri);
    expect(authz.database.statements()).toEqual(['find_pushed_request', 'start_interaction']);
  });

  it('§3.21: what else the browser brings does not count (RFC 9101 §5)', async () => {
    const requestUri = await pushed({ state: undefined, nonce: undefined });
    const outside = {
      state: 'outside',
      nonce: 'outside',
      redirect_uri: 'https://evil.example/',
      scope: 'openid offline_access',
      prompt: 'none',
      response_type: 'token',
    };
    const answer = await walk(requestUri, outside);
    expect(answer).toEqual({ code: expect.any(String), iss: authz.origin });
  });

  it('§3.22: may be loaded again before it is answered, in time and later than that in what it began', async () => {
    const requestUri = await pushed();
    const browser = authz.newBrowser();
    const first = await visit(requestUri, {}, browser);
    authz.clock.advance(1_000_000);
    const again = await visit(requestUri, {}, browser);
    expect([first.status, again.status]).toEqual([303, 303]);
    expect(first.location).not.toBe(again.location);
    await sweepTable(authz.database.sql, 'tokens', authz.clock.now(), 100);
    expect(told(await finish(again, browser)).code).toBeDefined();
  });

  it('§3.22: is used up by its answer, a good one and a bad one (RFC 9126 §7.3)', async () => {
    const good = await pushed();
    await walk(good);
    expectPage(await visit(good));
    const bad = await pushed();
    const browser = authz.newBrowser();
    const back = await authz.complete((await visit(bad, {}, browser)).location, { error: 'access_denied' });
    expect(told(await browser.get(back))).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: 'pushed',
      iss: authz.origin,
    });
    expectPage(await visit(bad));
  });

  it('one of two sign-ins that it began is answered, the other ends on a page', async () => {
    const requestUri = await pushed();
    const [one, two] = [authz.newBrowser(), authz.newBrowser()];
    const [first, second] = [await visit(requestUri, {}, one), await visit(requestUri, {}, two)];
    expect(told(await finish(first, one)).code).toBeDefined();
    const late = await finish(second, two);
    expect([late.status, late.location]).toEqual([410, null]);
  });

  it('a double click on the way back gets the same answer', async () => {
    const requestUri = await pushed();
    const browser = authz.newBrowser();
    const back = await authz.complete((await visit(requestUri, {}, browser)).location, authz.success(user));
    const [one, two] = await Promise.all([browser.get(back), browser.get(back)]);
    expect(told(one)).toEqual(told(two));
  });

  it.each<[string, () => Promise<Answer>]>([
    ['one that nobody pushed', () => visit(`urn:ietf:params:oauth:request_uri:${randomUUID()}`)],
    ['an empty one', () => visit('urn:ietf:params:oauth:request_uri:')],
    [
      'an expired one',
      async () => {
        const requestUri = await pushed();
        authz.clock.advance(90_000);
        return visit(requestUri);
      },
    ],
    ["another client's", async () => visit(await pushed(), { client_id: other })],
  ])('§3.22: %s ends on a page, with 400 and no redirect (RFC 9126 §4)', async (_, request) => {
    expectPage(await request());
  });

  it('another client does not use it up', async () => {
    const requestUri = await pushed();
    await visit(requestUri, { client_id: other });
    expect((await walk(requestUri)).code).toBeDefined();
  });

  it('a code, hashed or not, is no request_uri', async () => {
    const { code = '' } = await walk(await pushed());
    expectPage(await visit(`urn:ietf:params:oauth:request_uri:${code}`));
  });

  it('goes nowhere once its redirect_uri, or its client, is gone', async () => {
    const gone = await authz.addClient({}, secret);
    const { json } = await push({}, basic(gone, secret));
    await disableClient(authz.database.transactions, gone, change);
    authz.clock.advance(1_000);
    const answer = await visit(json.request_uri, { client_id: gone });
    expect([answer.status, answer.location]).toEqual([400, null]);
  });

  it('twenty answers at once: one code', async () => {
    const requestUri = await pushed();
    const browsers = Array.from({ length: 20 }, () => authz.newBrowser());
    const ways = await Promise.all(
      browsers.map(async (browser) =>
        authz.complete((await visit(requestUri, {}, browser)).location, authz.success(user)),
      ),
    );
    const answers = await Promise.all(browsers.map((browser, at) => browser.get(ways[at] ?? '')));
    expect(answers.filter(({ location }) => location !== null)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(19);
    const codes = await authz.database.pool.query(
      `SELECT FROM tokens WHERE kind = 'authorization_code' AND client_id = $1 AND issued_at = $2`,
      [client, authz.clock.now()],
    );
    expect(codes.rowCount).toBe(1);
  });
});

describe('require_pushed_authorization_requests', () => {
  const plain = (from: TestAuthz, clientId: string) =>
    from.newBrowser().get(`${paths.authorize}?${new URLSearchParams({ ...fields(), client_id: clientId })}`);

  it('of a client: a request by browser is refused, a pushed one taken (RFC 9126 §6)', async () => {
    const strict = await authz.addClient({ require_pushed_authorization_requests: true }, secret);
    const refused = await plain(authz, strict);
    expect(refused.location).toContain(redirectUri);
    expect(told(refused)).toMatchObject({ error: 'invalid_request', state: 'pushed' });
    const { json } = await push({}, basic(strict, secret));
    expect((await walk(json.request_uri, { client_id: strict })).code).toBeDefined();
  });

  it('of all, by configuration, and discovery says so (RFC 9126 §5)', async () => {
    const policy = { ...configuration.policy, requirePushedAuthorizationRequests: true };
    await withAuthz({ config: { policy } }, async (strict) => {
      expect(told(await plain(strict, await strict.addClient()))).toMatchObject({ error: 'invalid_request' });
      const document = await fetch(`${strict.origin}/.well-known/openid-configuration`);
      expect(await document.json()).toMatchObject({
        pushed_authorization_request_endpoint: `${strict.origin}${paths.par}`,
        require_pushed_authorization_requests: true,
      });
    });
  });
});
