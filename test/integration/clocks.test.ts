import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { challenge, openAuthz, paths, type TestAuthz } from '../support/authz.js';
import { type Browser, formsOf } from '../support/browser.js';
import { movableClock } from '../support/clock.js';
import { openIdp, type TestIdp, type TestUser } from '../support/idp.js';
import { redirectUri } from '../support/rows.js';

const minute = 60_000;

/** authz and idp on two machines whose clocks are apart. */
describe.each([
  ['ahead of', 10 * minute],
  ['behind', -10 * minute],
])("a clock of idp that is %s authz's by ten minutes", (_, apart) => {
  let authz: TestAuthz;
  let idp: TestIdp;
  let client: string;
  beforeAll(async () => {
    const publicUrls = { idp: '', rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' };
    authz = await openAuthz({ config: { publicUrls } });
    const clock = movableClock();
    clock.advance(apart);
    idp = await openIdp({ beside: authz, clock });
    publicUrls.idp = idp.origin;
    client = await authz.addClient();
  });
  afterAll(async () => {
    await idp.close();
    await authz.close();
  });

  async function authorize(prompt?: string): Promise<string> {
    const query = new URLSearchParams({
      client_id: client,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...(prompt && { prompt }),
    });
    const { location } = await authz.newBrowser().get(`${paths.authorize}?${query}`);
    const { origin, pathname } = new URL(location ?? '');
    expect(origin).toBe(idp.origin);
    return pathname;
  }

  /** Which form the hub shows: of the sign-in or of the consent; null where the browser is sent back. */
  async function form(browser: Browser, hub: string) {
    const { status, text } = await browser.get(hub);
    if (status !== 200) return { kind: null, action: '', fields: {} };
    const [first] = formsOf(text);
    return { kind: text.includes('name="password"') ? 'login' : 'consent', ...first, action: first?.action ?? '' };
  }

  async function signIn(browser: Browser, hub: string, user: TestUser): Promise<void> {
    const { action, fields } = await form(browser, hub);
    await browser.post(action, { ...fields, identifier: user.username, password: user.password });
  }

  async function allow(browser: Browser, hub: string): Promise<void> {
    const { action, fields } = await form(browser, hub);
    await browser.post(action, { ...fields, decision: 'allow' });
  }

  const kindAt = async (browser: Browser, hub: string) => (await form(browser, hub)).kind;

  it('skips no prompt=login, and asks for it once', async () => {
    const [user, browser] = [await idp.addUser(), idp.newBrowser()];
    const first = await authorize();
    await signIn(browser, first, user);
    await allow(browser, first);

    const again = await authorize('login');
    expect(await kindAt(browser, again)).toBe('login');
    await signIn(browser, again, user);
    expect(await kindAt(browser, again)).toBeNull();
  });

  it('skips no prompt=consent, and asks for it once', async () => {
    const [user, browser] = [await idp.addUser(), idp.newBrowser()];
    const first = await authorize();
    await signIn(browser, first, user);
    await allow(browser, first);

    const again = await authorize('consent');
    expect(await kindAt(browser, again)).toBe('consent');
    await allow(browser, again);
    expect(await kindAt(browser, again)).toBeNull();
  });
});
