import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { disableUser } from '../../src/storage/people/user-changes.js';
import { basic, type JsonAnswer, openAuthz, type TestAuthz, type Tokens } from '../support/authz.js';
import { type Answer, type Browser, formsOf } from '../support/browser.js';
import { openIdp, type TestIdp, type TestUser } from '../support/idp.js';
import { change } from '../support/rows.js';

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const endpoint = '/oauth2/v1/device_authorization';

/** authz and idp over one database: a device asks the one, a person answers at the other. */
let authz: TestAuthz;
let idp: TestIdp;
let client: string;
let user: TestUser;
beforeAll(async () => {
  const publicUrls = { idp: '', rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' };
  authz = await openAuthz({ config: { publicUrls } });
  idp = await openIdp({ beside: authz });
  publicUrls.idp = idp.origin;
  client = await authz.addClient({
    grant_types: [grantType, 'refresh_token'],
    redirect_uris: [],
    client_name: 'Telly',
  });
  user = await idp.addUser();
});
afterAll(async () => {
  await idp.close();
  await authz.close();
});

interface Codes {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}

const scope = 'openid profile offline_access';

async function ask(clientId = client): Promise<Codes> {
  const { status, json } = await authz.post<Codes>(endpoint, { client_id: clientId, scope });
  expect(status).toBe(200);
  return json;
}

const poll = <Body = Tokens>({ device_code }: Codes, clientId = client): Promise<JsonAnswer<Body>> =>
  authz.token<Body>({ grant_type: grantType, device_code, client_id: clientId });

const errorOf = async (codes: Codes, clientId?: string): Promise<readonly unknown[]> => {
  const { status, json } = await poll<{ error: string }>(codes, clientId);
  return [status, json.error];
};

async function enter(browser: Browser, userCode: string, page = '/device'): Promise<Answer> {
  const [form] = formsOf((await browser.get(page)).text);
  return browser.post(form?.action ?? '', { ...form?.fields, user_code: userCode });
}

/** Enters the code and signs in, up to the question. @returns the hub's path */
async function approach(browser: Browser, { user_code }: Codes, who = user): Promise<string> {
  const { location } = await enter(browser, user_code);
  const hub = location ?? '';
  const [form] = formsOf((await browser.get(hub)).text);
  await browser.post(form?.action ?? '', { ...form?.fields, identifier: who.username, password: who.password });
  return hub;
}

async function answer(browser: Browser, question: Answer, decision: 'allow' | 'deny'): Promise<Answer> {
  const [form] = formsOf(question.text);
  const { location } = await browser.post(form?.action ?? '', { ...form?.fields, decision });
  return browser.get(location ?? '');
}

const decide = async (browser: Browser, hub: string, decision: 'allow' | 'deny'): Promise<Answer> =>
  answer(browser, await browser.get(hub), decision);

describe('Device authorization (RFC 8628)', () => {
  it('RFC 8628 §3.1, §3.2: codes for a public client, and the page where one is entered', async () => {
    const codes = await ask();
    expect(codes).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{5}-[BCDFGHJKLMNPQRSTVWXZ]{5}$/),
      verification_uri: `${idp.origin}/device`,
      verification_uri_complete: `${idp.origin}/device?user_code=${codes.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    const { rows } = await idp.database.pool.query('SELECT row_to_json(d)::text AS row FROM device_authorizations d');
    for (const { row } of rows) {
      expect(row).not.toContain(codes.device_code);
      expect(row).not.toContain(codes.user_code.replace('-', ''));
    }
    const answer = await fetch(`${authz.origin}/.well-known/openid-configuration`);
    expect(await answer.json()).toMatchObject({
      device_authorization_endpoint: `${authz.origin}${endpoint}`,
      grant_types_supported: expect.arrayContaining([grantType]),
    });
  });

  it('RFC 8628 §3.1: a client authenticates as at the token endpoint, and has to be registered for it', async () => {
    const secret = 'a secret of some length that is good enough';
    const confidential = await authz.addClient({ grant_types: [grantType], redirect_uris: [] }, secret);
    const form = { scope: 'openid' };
    expect((await authz.post(endpoint, form, basic(confidential, secret))).status).toBe(200);
    expect((await authz.post(endpoint, form, basic(confidential, 'wrong'))).json).toMatchObject({
      error: 'invalid_client',
    });
    const other = await authz.addClient();
    const refused = await authz.post(endpoint, { client_id: other, scope });
    expect([refused.status, refused.json.error]).toEqual([400, 'unauthorized_client']);
    expect((await authz.post(endpoint, { client_id: client, scope: 'email' })).json).toMatchObject({
      error: 'invalid_scope',
    });
  });

  it('RFC 8628 §3.3 to §3.5: allowed by somebody who signs in, it brings tokens, in at most 17 statements, audit included', async () => {
    idp.database.statements();
    const codes = await ask();
    expect(await errorOf(codes)).toEqual([400, 'authorization_pending']);
    const browser = idp.newBrowser();
    const hub = await approach(browser, codes);
    const question = await browser.get(hub);
    for (const shown of ['Telly', 'Did you start this yourself?', '<code>127.0.0.1</code>'])
      expect(question.text).toContain(shown);
    expect((await answer(browser, question, 'allow')).text).toContain('Your device is connected');
    idp.clock.advance(5_000);
    const { status, json } = await poll(codes);
    await authz.deps.auditBatch.flush();
    await idp.deps.auditBatch.flush();
    expect(idp.database.statements().slice(17)).toEqual([]);
    expect(status).toBe(200);
    expect(json.scope).toBe(scope);
    expect(decodeJwt(json.id_token ?? '')).toMatchObject({ sub: user.id, aud: client, amr: ['pwd'] });
    const refreshed = await authz.token({
      grant_type: 'refresh_token',
      refresh_token: json.refresh_token ?? '',
      client_id: client,
    });
    expect(refreshed.status).toBe(200);
    expect(await idp.audited('device_allowed')).toMatchObject([{ user_id: user.id, client_id: client }]);
  });

  it('RFC 8628 §3.5: of twenty polls for an allowed code one gets the tokens, and they stay good', async () => {
    const codes = await ask();
    const browser = idp.newBrowser();
    await decide(browser, await approach(browser, codes), 'allow');
    const answers = await Promise.all(Array.from({ length: 20 }, () => poll<Record<string, string>>(codes)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ json }) => json.error))).toEqual(
      new Set(['invalid_grant']),
    );
    const refresh_token = answers.find(({ status }) => status === 200)?.json.refresh_token ?? '';
    expect((await authz.token({ grant_type: 'refresh_token', refresh_token, client_id: client })).status).toBe(200);
  });

  it('RFC 8628 §3.5: a poll while nobody has decided takes one statement', async () => {
    const codes = await ask();
    idp.database.statements();
    await poll(codes);
    expect(idp.database.statements().filter((name) => name !== 'find_client')).toEqual(['poll_device_authorization']);
  });

  it('RFC 8628 §5: no code is in a line of the log', async () => {
    const codes = await ask();
    const browser = idp.newBrowser();
    await browser.get(codes.verification_uri_complete.slice(idp.origin.length));
    await decide(browser, await approach(browser, codes), 'allow');
    await poll(codes);
    const lines = [...authz.logged, ...idp.logged].join('\n');
    for (const code of [codes.device_code, codes.user_code, codes.user_code.replace('-', '')])
      expect(lines).not.toContain(code);
  });

  it('RFC 8628 §3.5: who polls too early is told so, and waits five seconds longer from then on', async () => {
    const codes = await ask();
    expect(await errorOf(codes)).toEqual([400, 'authorization_pending']);
    idp.clock.advance(4_000);
    expect(await errorOf(codes)).toEqual([400, 'slow_down']);
    idp.clock.advance(6_000);
    expect(await errorOf(codes)).toEqual([400, 'slow_down']);
    idp.clock.advance(15_000);
    expect(await errorOf(codes)).toEqual([400, 'authorization_pending']);
  });

  it('RFC 8628 §3.5: denied, expired, another client’s, unknown', async () => {
    const denied = await ask();
    const browser = idp.newBrowser();
    expect((await decide(browser, await approach(browser, denied), 'deny')).text).toContain('gets no access');
    expect(await errorOf(denied)).toEqual([400, 'access_denied']);
    const codes = await ask();
    expect(await errorOf(codes, await authz.addClient({ grant_types: [grantType], redirect_uris: [] }))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect(await errorOf({ ...codes, device_code: 'unknown' })).toEqual([400, 'invalid_grant']);
    idp.clock.advance(600_000);
    expect(await errorOf(codes)).toEqual([400, 'expired_token']);
    expect((await enter(idp.newBrowser(), codes.user_code)).status).toBe(422);
  });

  it('RFC 8628 §5.4: a known person is asked each time, whatever they allowed this client before', async () => {
    const browser = idp.newBrowser();
    await decide(browser, await approach(browser, await ask()), 'allow');
    const again = await ask();
    const { location } = await enter(browser, again.user_code);
    expect((await browser.get(location ?? '')).text).toContain('Did you start this yourself?');
    expect(await errorOf(again)).toEqual([400, 'authorization_pending']);
  });

  it('RFC 8628 §3.3.1: a code in the link is filled in and waits for a button', async () => {
    const { user_code, verification_uri_complete } = await ask();
    const { text, status } = await idp.newBrowser().get(verification_uri_complete.slice(idp.origin.length));
    expect([status, text.includes(`value="${user_code}"`)]).toEqual([200, true]);
    const { rows } = await idp.database.pool.query(
      "SELECT FROM interactions WHERE purpose = 'device' AND begun_at > now()",
    );
    expect(rows).toEqual([]);
    const hostile = await idp
      .newBrowser()
      .get(`/device?user_code=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(hostile.text).not.toContain('<script>alert(1)');
  });

  it('RFC 8628 §6.1: a code is taken in lower case, with and without its hyphen', async () => {
    const { user_code } = await ask();
    for (const typed of [user_code.toLowerCase(), user_code.replace('-', ' '), ` ${user_code}`])
      expect((await enter(idp.newBrowser(), typed)).status).toBe(303);
    expect((await enter(idp.newBrowser(), 'AEIO-UAEI')).status).toBe(422);
  });

  it('a form from elsewhere, or of another browser, starts nothing', async () => {
    const { user_code } = await ask();
    const [form] = formsOf((await idp.newBrowser().get('/device')).text);
    const fields = { ...form?.fields, user_code };
    expect((await idp.newBrowser().post('/device', fields)).status).toBe(403);
    const browser = idp.newBrowser({ 'sec-fetch-site': 'cross-site' });
    expect((await enter(browser, user_code)).status).toBe(403);
  });

  it('what ends between the yes and the poll ends the code: the user is disabled', async () => {
    const other = await idp.addUser();
    const codes = await ask();
    const browser = idp.newBrowser();
    await decide(browser, await approach(browser, codes, other), 'allow');
    await disableUser(idp.database.transactions, other.id, change);
    expect(await errorOf(codes)).toEqual([400, 'invalid_grant']);
  });

  it('two who hold the same code: the first decision counts', async () => {
    const codes = await ask();
    const [first, second] = [idp.newBrowser(), idp.newBrowser()];
    const hubs = [await approach(first, codes), await approach(second, codes)] as const;
    const [page] = formsOf((await second.get(hubs[1])).text);
    await decide(first, hubs[0], 'deny');
    const late = await second.post(page?.action ?? '', { ...page?.fields, decision: 'allow' });
    expect(late.status).toBe(410);
    expect(await errorOf(codes)).toEqual([400, 'access_denied']);
    expect((await second.get(hubs[1])).status).toBe(410);
  });

  it('RFC 8628 §5.1: an address block may enter ten codes at once, and one each half minute', async () => {
    idp.clock.advance(3_600_000);
    const browser = idp.newBrowser();
    const wrong = async () => (await enter(browser, 'BBBBB-BBBBB')).status;
    for (let guess = 0; guess < 10; guess += 1) expect(await wrong()).toBe(422);
    const refused = await enter(browser, 'BBBBB-BBBBB');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    idp.clock.advance(30_000);
    expect(await wrong()).toBe(422);
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['a code of sixty thousand letters', { user_code: 'B'.repeat(60_000) }],
    ['a NUL', { user_code: 'BBBB\0BBBB' }],
    ['a code that is markup', { user_code: '"><script>alert(1)</script>' }],
    ['letters of other scripts', { user_code: 'ＷＤＪＢ－ＭＪＨＴ' }],
  ])('%s is refused on a page without an echo', async (_, fields) => {
    const browser = idp.newBrowser();
    const [form] = formsOf((await browser.get('/device')).text);
    const answer = await browser.post('/device', { ...form?.fields, ...fields });
    expect([400, 422]).toContain(answer.status);
    expect(answer.text).not.toContain('<script>alert(1)');
    expect(answer.text.length).toBeLessThan(50_000);
  });

  it.each<[string, Record<string, string | readonly string[]>]>([
    ['no client', { scope }],
    ['a scope that is sent twice', { scope: ['openid', 'openid'] }],
    ['a scope with a control character', { scope: 'openid\u0007' }],
    ['a resource that is none', { scope, resource: 'no url' }],
  ])('a device that asks with %s is refused', async (_, form) => {
    const answer = await authz.post(endpoint, {
      ...(form.scope === scope && !form.resource ? {} : { client_id: client }),
      ...form,
    });
    expect([400, 401]).toContain(answer.status);
    expect(answer.json).toHaveProperty('error_description');
  });
});
