import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disableClient } from '../../../../src/storage/clients/clients.js';
import { challenge, openAuthz, paths, type TestAuthz, verifier } from '../../../support/authz.js';
import { type Browser, formsOf } from '../../../support/browser.js';
import { change, redirectUri } from '../../../support/rows.js';

let authz: TestAuthz;
let client: string;
let user: string;
beforeAll(async () => {
  authz = await openAuthz();
  client = await authz.addClient();
  user = await authz.addUser();
});
afterAll(() => authz.close());

const ask = async (browser: Browser, changes: Record<string, string> = {}) => {
  const query = new URLSearchParams({
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 'the state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  });
  return (await browser.get(`${paths.authorize}?${query}`)).location;
};

/** From the request to the address at which idp sends the browser back. */
const signedIn = async (browser: Browser, changes: Record<string, string> = {}) =>
  authz.complete(await ask(browser, changes), authz.success(user, ['openid']));

const refused = async (browser: Browser, changes: Record<string, string> = {}) =>
  authz.complete(await ask(browser, changes), { error: 'access_denied' });

const parametersOf = (location: string | null) => Object.fromEntries(new URL(location ?? 'missing:').searchParams);

const exchange = (code: string) =>
  authz.token({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id: client,
  });

describe('GET /resume after a sign-in (RFC 6749 §4.1.2)', () => {
  it('redirects with code, state and iss (RFC 9207 §2)', async () => {
    const browser = authz.newBrowser();
    const answer = await browser.get(await signedIn(browser));
    expect(answer.status).toBe(303);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.location?.startsWith(`${redirectUri}?code=`)).toBe(true);
    const { code } = parametersOf(answer.location);
    expect(parametersOf(answer.location)).toEqual({ code, state: 'the state', iss: authz.origin });
    expect(code).toMatch(/^[\w-]{43}$/);
  });

  it('redeems, grants, issues and audits in one statement', async () => {
    const browser = authz.newBrowser();
    const back = await signedIn(browser);
    authz.database.statements();
    const { code = '' } = parametersOf((await browser.get(back)).location);
    expect(authz.database.statements().filter((name) => name !== 'find_client')).toEqual(['redeem_interaction']);
    const [event] = (await authz.audited('authorization_code_issued')).slice(-1);
    expect(event).toMatchObject({ user_id: user, client_id: client });
    expect(JSON.stringify(event)).not.toContain(code);
  });

  it('stores the code as a hash only', async () => {
    const browser = authz.newBrowser();
    const { code = '' } = parametersOf((await browser.get(await signedIn(browser))).location);
    const { rows } = await authz.database.pool.query('SELECT kind FROM tokens WHERE value_hash = $1', [
      createHash('sha256').update(code).digest(),
    ]);
    expect(rows).toEqual([{ kind: 'authorization_code' }]);
    const dump = JSON.stringify((await authz.database.pool.query('SELECT * FROM tokens')).rows);
    expect(dump).not.toContain(code);
  });

  it('by form_post: a page that posts itself, with its script by hash and no form-action', async () => {
    const browser = authz.newBrowser();
    const answer = await browser.get(await signedIn(browser, { response_mode: 'form_post' }));
    const [form] = formsOf(answer.text);
    expect(answer.status).toBe(200);
    expect(form?.action).toBe(redirectUri);
    expect(form?.fields).toEqual({ code: expect.any(String), state: 'the state', iss: authz.origin });
    const script = /<script>([^<]*)<\/script>/.exec(answer.text)?.[1] ?? 'missing';
    const hash = createHash('sha256').update(script).digest('base64');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'sha256-${hash}'`);
    expect(policy).not.toContain('form-action');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('by form_post: in the language of the request (OIDC Core §3.1.2.1 ui_locales)', async () => {
    const browser = authz.newBrowser();
    const answer = await browser.get(await signedIn(browser, { response_mode: 'form_post', ui_locales: 'de' }));
    expect(answer.text).toContain('Sie werden zur Anwendung zurückgeleitet.');
    expect(answer.headers.get('content-language')).toBe('de');
  });

  it('by form_post: the state is escaped', async () => {
    const browser = authz.newBrowser();
    const state = '"><script>alert(1)</script>';
    const answer = await browser.get(await signedIn(browser, { response_mode: 'form_post', state }));
    expect(answer.text).not.toContain('<script>alert');
    expect(formsOf(answer.text)[0]?.fields.state).toBe(state);
  });

  it('two tabs: both complete, in any order', async () => {
    const browser = authz.newBrowser();
    const first = await signedIn(browser);
    const second = await signedIn(browser);
    for (const back of [second, first]) {
      const { code = '' } = parametersOf((await browser.get(back)).location);
      expect((await exchange(code)).status).toBe(200);
    }
  });
});

describe('a handle is redeemed once', () => {
  it('a double click gets the same answer for 10 s', async () => {
    const browser = authz.newBrowser();
    const back = await signedIn(browser);
    const first = await browser.get(back);
    authz.clock.advance(9_000);
    expect((await browser.get(back)).location).toBe(first.location);
    authz.clock.advance(2_000);
    const late = await browser.get(back);
    expect([late.status, late.location]).toEqual([410, null]);
    expect(late.text).toContain('This sign-in is complete');
  });

  it('once the code is exchanged, a second visit gets a page and harms nothing', async () => {
    const browser = authz.newBrowser();
    const back = await signedIn(browser);
    const { code = '' } = parametersOf((await browser.get(back)).location);
    const { json } = await exchange(code);
    expect((await browser.get(back)).status).toBe(410);
    const rs = await authz.addClient(
      { token_endpoint_auth_method: 'client_secret_post', protected_resources: ['https://api.example/v1'] },
      'rs secret',
    );
    const question = { token: json.access_token, client_id: rs, client_secret: 'rs secret' };
    expect((await authz.post(paths.introspect, question)).json).toMatchObject({ active: true });
  });

  it('20 visits at once: one authorization grant, one code, one answer', async () => {
    const browser = authz.newBrowser();
    const back = await signedIn(browser);
    const count = async () =>
      Number((await authz.database.pool.query('SELECT count(*) FROM authorization_grants')).rows[0].count);
    const before = await count();
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.copy().get(back)));
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
    expect(answers.every(({ status }) => status === 303)).toBe(true);
    expect((await count()) - before).toBe(1);
  });
});

describe('the wrong browser (RFC 9700 §4.7)', () => {
  it('gets a page and burns nothing: the right one goes on', async () => {
    const [right, wrong] = [authz.newBrowser(), authz.newBrowser()];
    const back = await signedIn(right);
    await ask(wrong); // it has an interaction of its own, and its cookie
    const answer = await wrong.get(back);
    expect([answer.status, answer.location]).toEqual([403, null]);
    expect(answer.text).toContain('another browser');
    expect((await right.get(back)).status).toBe(303);
  });

  it('does not get the answer of a moment ago either', async () => {
    const [right, wrong] = [authz.newBrowser(), authz.newBrowser()];
    const back = await signedIn(right);
    await right.get(back);
    expect((await wrong.get(back)).status).toBe(403);
  });

  it('of a silent request: login_required at the client (OIDC Core §3.1.2.6)', async () => {
    const back = await signedIn(authz.newBrowser(), { prompt: 'none' });
    const answer = await authz.newBrowser().get(back);
    expect(answer.status).toBe(303);
    expect(parametersOf(answer.location)).toMatchObject({ error: 'login_required', state: 'the state' });
  });
});

describe('an error outcome (RFC 6749 §4.1.2.1)', () => {
  it.each(['access_denied', 'login_required', 'consent_required'] as const)(
    '%s goes to the client, with state and iss, and needs the handle only',
    async (error) => {
      const back = await authz.complete(await ask(authz.newBrowser()), { error });
      const answer = await authz.newBrowser().get(back);
      expect(answer.status).toBe(303);
      expect(parametersOf(answer.location)).toEqual({
        error,
        error_description: expect.any(String),
        state: 'the state',
        iss: authz.origin,
      });
    },
  );

  it('by form_post where that was asked', async () => {
    const back = await refused(authz.newBrowser(), { response_mode: 'form_post' });
    const [form] = formsOf((await authz.newBrowser().get(back)).text);
    expect(form?.fields).toMatchObject({ error: 'access_denied', state: 'the state' });
  });

  it('a double click gets it once more', async () => {
    const browser = authz.newBrowser();
    const back = await refused(browser);
    const first = await browser.get(back);
    expect((await browser.get(back)).location).toBe(first.location);
  });

  it('issues nothing', async () => {
    const browser = authz.newBrowser();
    const back = await refused(browser);
    const count = async () => (await authz.database.pool.query('SELECT count(*) FROM tokens')).rows[0].count;
    const before = await count();
    await browser.get(back);
    expect(await count()).toBe(before);
  });
});

describe('what cannot be resumed is a page that says what to do', () => {
  it.each([
    ['no handle', '', 400],
    ['an unknown handle', '?handle=unknown', 410],
    ['two handles', '?handle=a&handle=b', 400],
  ])('%s', async (_, query, status) => {
    const answer = await authz.newBrowser().get(`${paths.resume}${query}`);
    expect([answer.status, answer.location]).toEqual([status, null]);
    expect(answer.headers.get('content-type')).toContain('text/html');
  });

  it('an expired interaction', async () => {
    const browser = authz.newBrowser();
    const back = await signedIn(browser);
    authz.clock.advance(1_800_001);
    const answer = await browser.get(back);
    expect([answer.status, answer.location]).toEqual([410, null]);
  });

  it('a client that has been disabled meanwhile', async () => {
    const other = await authz.addClient();
    const browser = authz.newBrowser();
    const back = await signedIn(browser, { client_id: other });
    await disableClient(authz.database.transactions, other, change);
    authz.clock.advance(1_001);
    const answer = await browser.get(back);
    expect([answer.status, answer.location]).toEqual([400, null]);
  });
});
