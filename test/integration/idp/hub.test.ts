import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../src/crypto/digest.js';
import { disableClient } from '../../../src/storage/clients/clients.js';
import { grantConsent } from '../../../src/storage/grants/consents.js';
import { disableUser } from '../../../src/storage/people/user-changes.js';
import { type Browser, formsOf } from '../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../support/idp.js';
import { addClient, audit, change } from '../../support/rows.js';

let idp: TestIdp;
let client: string;
let user: TestUser;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database, { client_name: 'Harbour <Timesheets>' });
  user = await idp.addUser();
});
afterAll(() => idp.close());
afterEach(() => idp.clock.advance(1_000));

const consentTo = (scopes: string[], who = user) =>
  grantConsent(idp.database.sql, {
    userId: who.id,
    clientId: client,
    permissions: scopes,
    now: idp.clock.now(),
    audit,
  });

const outcomeOf = async (interaction: string) =>
  (await idp.database.pool.query('SELECT outcome FROM interactions WHERE id_hash = $1', [hashToken(interaction)]))
    .rows[0].outcome;

const signedIn = async (browser = idp.newBrowser(), who = user): Promise<Browser> => {
  const answer = await idp.signIn(browser, await idp.start(client), who);
  expect(answer.status).toBe(303);
  return browser;
};

const resume = /^http:\/\/127\.0\.0\.1:8080\/oauth2\/v1\/resume\?handle=[\w-]{43}$/;

describe('The hub (OIDC Core §3.1.2.3, §3.1.2.4)', () => {
  it('asks to sign in, then for consent, then sends the browser back with a handle', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client, { loginHint: 'somebody@example.com' });
    const login = await browser.get(hub(interaction));
    expect(login.status).toBe(200);
    expect(login.text).toContain('Harbour &lt;Timesheets&gt;');
    expect(login.text).toContain('value="somebody@example.com"');
    expect(login.text).toContain('href="https://help.example/password"');
    const back = await idp.signIn(browser, interaction, user);
    expect([back.status, back.location]).toEqual([303, hub(interaction)]);
    const consent = await browser.get(hub(interaction));
    expect(consent.text).toContain('Allow access?');
    const [form] = formsOf(consent.text);
    const allowed = await browser.post(form?.action ?? '', { ...form?.fields, decision: 'allow' });
    expect(allowed.status).toBe(303);
    expect(allowed.location).toMatch(resume);
    expect(await outcomeOf(interaction)).toMatchObject({
      userId: user.id,
      amr: ['pwd'],
      acr: 'aal1',
      scopes: ['openid', 'profile'],
    });
  });

  it('costs one statement for a page, three for a sign-in, two for a consent, one to complete', async () => {
    const fresh = await idp.addUser();
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    idp.database.statements();
    await browser.get(hub(interaction));
    expect(idp.database.statements()).toHaveLength(1);
    const [form] = formsOf((await browser.get(hub(interaction))).text);
    idp.database.statements();
    await browser.post(form?.action ?? '', { ...form?.fields, identifier: fresh.email, password: fresh.password });
    expect(idp.database.statements()).toHaveLength(3);
    const [consent] = formsOf((await browser.get(hub(interaction))).text);
    expect(idp.database.statements()).toHaveLength(1);
    await browser.post(consent?.action ?? '', { ...consent?.fields, decision: 'allow' });
    expect(idp.database.statements()).toEqual(['visit_interaction', 'grant_consent', 'complete_interaction']);
  });

  it('sends pages that nobody stores, frames or learns the address of, and that may end at a client', async () => {
    const { headers } = await idp.newBrowser().get(hub(await idp.start(client)));
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/form-action|script-src|unsafe/);
  });

  it('sets a browser cookie that scripts cannot read and other sites do not send', async () => {
    const { headers } = await fetch(`${idp.origin}${hub(await idp.start(client))}`, { redirect: 'manual' });
    const [cookie = ''] = headers.getSetCookie();
    expect(cookie).toMatch(/^browser=[\w-]{22};/);
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).not.toMatch(/; Domain/i);
  });

  it('keeps a session alive by use, writing at most once a minute', async () => {
    const browser = await signedIn();
    idp.database.statements();
    await browser.get(hub(await idp.start(client)));
    expect(idp.database.statements()).not.toContain('touch_session');
    idp.clock.advance(90 * 60_000);
    await browser.get(hub(await idp.start(client)));
    expect(idp.database.statements()).toContain('touch_session');
    idp.clock.advance(90 * 60_000);
    const stillThere = await browser.get(hub(await idp.start(client)));
    expect(stillThere.text).not.toContain('name="password"');
    idp.clock.advance(121 * 60_000);
    const idle = await browser.get(hub(await idp.start(client)));
    expect(idle.text).toContain('name="password"');
  });

  it('ends a session at its absolute end, used or not', async () => {
    const browser = await signedIn();
    for (let hour = 1; hour < 12; hour += 1) {
      idp.clock.advance(60 * 60_000);
      expect((await browser.get(hub(await idp.start(client)))).text).not.toContain('name="password"');
    }
    idp.clock.advance(60 * 60_000);
    expect((await browser.get(hub(await idp.start(client)))).text).toContain('name="password"');
  });

  it('lets somebody else sign in instead; the former session goes on beside theirs', async () => {
    const other = await idp.addUser();
    const browser = await signedIn();
    const before = browser.copy();
    const interaction = await idp.start(client);
    const page = await browser.get(`${hub(interaction)}?account=other`);
    expect(page.text).toContain('name="password"');
    await idp.signIn(browser, interaction, other);
    expect((await browser.get(hub(interaction))).text).toContain(other.email);
    expect((await before.get(hub(await idp.start(client)))).text).not.toContain('name="password"');
  });

  it('asks a disabled user to sign in, whatever session there is', async () => {
    const gone = await idp.addUser();
    const browser = await signedIn(idp.newBrowser(), gone);
    await disableUser(idp.database.transactions, gone.id, change);
    expect((await browser.get(hub(await idp.start(client)))).text).toContain('name="password"');
  });

  it('refuses a client that was disabled meanwhile', async () => {
    const disabled = await addClient(idp.database);
    const interaction = await idp.start(disabled);
    await disableClient(idp.database.transactions, disabled, change);
    const answer = await idp.newBrowser().get(hub(interaction));
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('switched off');
  });
});

describe('prompt and max_age (OIDC Core §3.1.2.1)', () => {
  it.each([
    ['prompt=login', { prompts: ['login' as const] }],
    ['max_age that has passed', { maxAge: 0 }],
  ])(
    '%s: the same user signs in once more, keeps the session id and gets a later auth_time',
    async (_name, request) => {
      await consentTo(['openid', 'profile']);
      const browser = await signedIn();
      const first = await idp.start(client);
      await browser.get(hub(first));
      idp.clock.advance(5_000);
      const interaction = await idp.start(client, request);
      expect((await browser.get(hub(interaction))).text).toContain('name="password"');
      idp.clock.advance(5_000);
      const secret = browser.cookies.get('session');
      await idp.signIn(browser, interaction, user);
      expect(browser.cookies.get('session')).not.toBe(secret);
      expect((await browser.get(hub(interaction))).location).toMatch(resume);
      const [before, after] = [await outcomeOf(first), await outcomeOf(interaction)];
      expect(after.sessionId).toBe(before.sessionId);
      expect(after.authTime).toBe(before.authTime + 10_000);
    },
  );

  it('prompt=consent: asks again for what was allowed before', async () => {
    await consentTo(['openid', 'profile']);
    const browser = await signedIn();
    idp.clock.advance(1_000);
    const page = await browser.get(hub(await idp.start(client, { prompts: ['consent'] })));
    expect(page.text).toContain('Allow access?');
  });

  it('an id_token_hint of somebody else: sign in as them, or login_required', async () => {
    const other = await idp.addUser();
    await consentTo(['openid', 'profile']);
    const browser = await signedIn();
    idp.clock.advance(1_000);
    const interaction = await idp.start(client, { hintedSubject: other.id });
    expect((await browser.get(hub(interaction))).text).toContain('name="password"');
    await idp.signIn(browser, interaction, user);
    expect((await browser.get(hub(interaction))).location).toMatch(resume);
    expect(await outcomeOf(interaction)).toEqual({ error: 'login_required' });
  });
});

describe('acr_values (OIDC Core §3.1.2.1)', () => {
  it.each([
    { acrValues: ['aal2', 'aal1'] },
    { acrValues: ['urn:example:gold'] },
    { acrValues: ['aal2'], prompts: ['none' as const] },
  ])('a wish that the user cannot fulfil is no error, and the answer says what it was: %j', async (request) => {
    await consentTo(['openid', 'profile']);
    const browser = await signedIn();
    const interaction = await idp.start(client, request);
    expect((await browser.get(hub(interaction))).location).toMatch(resume);
    expect(await outcomeOf(interaction)).toMatchObject({ amr: ['pwd'], acr: 'aal1' });
  });
});

describe('prompt=none (OIDC Core §3.1.2.6)', () => {
  const silently = async (browser: Browser, request = {}) => {
    const interaction = await idp.start(client, { prompts: ['none'], ...request });
    const answer = await browser.get(hub(interaction));
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(resume);
    const [row] = (
      await idp.database.pool.query('SELECT idp_browser_hash FROM interactions WHERE id_hash = $1', [
        hashToken(interaction),
      ])
    ).rows;
    expect(row.idp_browser_hash).toBeNull();
    return outcomeOf(interaction);
  };

  it('without a session: login_required, without a page', async () => {
    expect(await silently(idp.newBrowser())).toEqual({ error: 'login_required' });
  });

  it('without consent: consent_required', async () => {
    const stranger = await idp.addUser();
    expect(await silently(await signedIn(idp.newBrowser(), stranger))).toEqual({ error: 'consent_required' });
  });

  it('with both: success, with the auth_time of the sign-in', async () => {
    await consentTo(['openid', 'profile']);
    const browser = await signedIn();
    const authTime = idp.clock.now().getTime();
    idp.clock.advance(60_000);
    expect(await silently(browser)).toMatchObject({ userId: user.id, authTime });
  });

  it('with a hint of another user: login_required', async () => {
    await consentTo(['openid', 'profile']);
    expect(await silently(await signedIn(), { hintedSubject: 'somebody else' })).toEqual({ error: 'login_required' });
  });

  it('never renders: neither the form to change the account nor a form that is sent', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client, { prompts: ['none'] });
    const posted = await browser.post(`/oidc/v1/login/${interaction}`, {
      identifier: user.username,
      password: user.password,
    });
    expect([posted.status, posted.location]).toEqual([303, hub(interaction)]);
    expect((await browser.get(`${hub(interaction)}?account=other`)).location).toMatch(resume);
  });

  it('hands the handle of a lured victim to nobody else', async () => {
    await consentTo(['openid', 'profile']);
    const victim = await signedIn();
    const interaction = await idp.start(client, { prompts: ['none'] });
    expect((await victim.get(hub(interaction))).location).toMatch(resume);
    const attacker = await idp.newBrowser().get(hub(interaction));
    expect([attacker.status, attacker.location]).toEqual([410, null]);
  });

  it('nor to somebody who was about to complete it at the same moment', async () => {
    await consentTo(['openid', 'profile']);
    const [victim, attacker] = [await signedIn(), idp.newBrowser()];
    const interaction = await idp.start(client, { prompts: ['none'] });
    const { sql } = idp.database;
    const query = sql.query.bind(sql);
    let victimIsDone: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      victimIsDone = resolve;
    });
    const attackerIsHeld = new Promise<void>((reached) => {
      sql.query = async (statement, parameters) => {
        if (statement.name === 'complete_interaction') {
          sql.query = query;
          reached();
          await held;
        }
        return query(statement, parameters);
      };
    });
    const theft = attacker.get(hub(interaction));
    await attackerIsHeld;
    expect((await victim.get(hub(interaction))).location).toMatch(resume);
    victimIsDone();
    expect((await theft).location).toBe(hub(interaction));
  });
});

describe('Tabs, back button, double click, foreign browsers', () => {
  it('two tabs: both complete', async () => {
    const browser = idp.newBrowser();
    const [one, two] = [await idp.start(client), await idp.start(client)];
    await browser.get(hub(one));
    await browser.get(hub(two));
    await idp.signIn(browser, one, user);
    await consentTo(['openid', 'profile']);
    expect((await browser.get(hub(two))).location).toMatch(resume);
    expect((await browser.get(hub(one))).location).toMatch(resume);
  });

  it('a login form that a second tab has overtaken still signs in', async () => {
    const browser = idp.newBrowser();
    const [one, two] = [await idp.start(client), await idp.start(client)];
    const [form] = formsOf((await browser.get(hub(one))).text);
    await idp.signIn(browser, two, user);
    const late = await browser.post(form?.action ?? '', {
      ...form?.fields,
      identifier: user.username,
      password: user.password,
    });
    expect([late.status, late.location]).toEqual([303, hub(one)]);
    expect((await browser.get(hub(two))).text).not.toContain('name="password"');
  });

  it('double click and back button: the same handle', async () => {
    await consentTo(['openid', 'profile']);
    const browser = await signedIn();
    const interaction = await idp.start(client);
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.get(hub(interaction))));
    const again = await browser.get(hub(interaction));
    expect(again.location).toMatch(resume);
    for (const { location } of answers) expect([again.location, hub(interaction)]).toContain(location);
  });

  it('after completion no form changes anything', async () => {
    const browser = await signedIn();
    const interaction = await idp.start(client, { scopes: ['openid', 'email'] });
    const [form] = formsOf((await browser.get(hub(interaction))).text);
    await browser.post(form?.action ?? '', { ...form?.fields, decision: 'deny' });
    const late = await browser.post(form?.action ?? '', { ...form?.fields, decision: 'allow' });
    expect([late.status, late.location]).toEqual([303, hub(interaction)]);
    expect(await outcomeOf(interaction)).toEqual({ error: 'access_denied' });
  });

  it('a foreign browser with a stolen URL sees nothing and disturbs nothing', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    const [form] = formsOf((await browser.get(hub(interaction))).text);
    const thief = idp.newBrowser();
    const stolen = await thief.get(hub(interaction));
    expect(stolen.status).toBe(403);
    expect(stolen.text).not.toContain('Harbour');
    const posted = await thief.post(form?.action ?? '', {
      ...form?.fields,
      identifier: user.username,
      password: user.password,
    });
    expect(posted.status).toBe(403);
    expect((await browser.get(hub(interaction))).status).toBe(200);
  });

  it('without cookies a page says so, before anything is asked or bound', async () => {
    const interaction = await idp.start(client);
    const first = await fetch(`${idp.origin}${hub(interaction)}`, { redirect: 'manual' });
    const path = first.headers.get('location') ?? '';
    expect([first.status, path]).toEqual([303, `${hub(interaction)}?cookie=set`]);
    const second = await fetch(`${idp.origin}${path}`, { redirect: 'manual' });
    expect(second.status).toBe(403);
    expect(await second.text()).toContain('Cookies are switched off');
    expect((await idp.newBrowser().get(path)).status).toBe(403);
    const posted = await idp.newBrowser().post(`/oidc/v1/login/${interaction}`, { identifier: 'x', password: 'y' });
    expect(posted.status).toBe(403);
    const browser = idp.newBrowser();
    await browser.get(path);
    expect((await browser.get(path)).status).toBe(200);
  });

  it('an answer that got lost on the way binds nothing', async () => {
    const interaction = await idp.start(client);
    await fetch(`${idp.origin}${hub(interaction)}`, { redirect: 'manual' });
    expect((await idp.newBrowser().get(hub(interaction))).status).toBe(200);
  });

  it('twenty first visits of one browser at once: all are shown the page', async () => {
    const browser = idp.newBrowser();
    await browser.get(hub(await idp.start(client)));
    const interaction = await idp.start(client);
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.get(hub(interaction))));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it('first visits of twenty browsers at once: one is shown the page', async () => {
    const browsers = Array.from({ length: 20 }, () => idp.newBrowser());
    const elsewhere = await idp.start(client);
    await Promise.all(browsers.map((browser) => browser.get(hub(elsewhere))));
    const interaction = await idp.start(client);
    const answers = await Promise.all(browsers.map((browser) => browser.get(hub(interaction))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it.each(['unknown', '%252e%252e', 'a'.repeat(4000)])(
    'an interaction that never was (%#): 410 and what to do',
    async (id) => {
      const answer = await idp.newBrowser().get(hub(id));
      expect(answer.status).toBe(410);
      expect(answer.text).toContain('Go back to the application');
    },
  );

  it('an interaction that has expired: 410, also for its form', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    const [form] = formsOf((await browser.get(hub(interaction))).text);
    idp.clock.advance(30 * 60_000);
    expect((await browser.get(hub(interaction))).status).toBe(410);
    const late = await browser.post(form?.action ?? '', {
      ...form?.fields,
      identifier: user.username,
      password: user.password,
    });
    expect(late.status).toBe(410);
    expect(browser.cookies.has('session')).toBe(false);
  });

  it('a form’s address opened by itself leads back to where its form is', async () => {
    const browser = idp.newBrowser();
    for (const form of ['login', 'consent']) {
      const answer = await browser.get(`/oidc/v1/${form}/some-id`);
      expect([answer.status, answer.location]).toEqual([303, hub('some-id')]);
    }
    expect((await browser.get('/oidc/v1/logout/confirm')).location).toBe('/oidc/v1/logout');
  });

  it('a failure of ours: a page with the request’s number; cause in the log, no values of the statement', async () => {
    const broken = await openIdp();
    const interaction = await broken.start(await addClient(broken.database));
    await broken.database.pool.query('DROP TABLE consents');
    const browser = broken.newBrowser({ accept: 'text/html' });
    const answer = await browser.get(hub(interaction));
    expect(answer.status).toBe(500);
    expect(answer.text).toContain(answer.headers.get('x-request-id'));
    expect(answer.text).not.toContain('consents');
    const log = broken.logged.join('\n');
    expect(log).toContain('consents');
    expect(log).not.toContain(interaction);
    expect(log).not.toContain(hashToken(interaction).toString('hex'));
    await broken.close();
  });

  it('an interaction is completed once, whatever races', async () => {
    const browser = await signedIn();
    const fresh = await idp.start(client, { scopes: ['openid', 'address'] });
    const [form] = formsOf((await browser.get(hub(fresh))).text);
    const decisions = Array.from({ length: 20 }, (_, n) =>
      browser.copy().post(form?.action ?? '', { ...form?.fields, decision: n % 2 ? 'allow' : 'deny' }),
    );
    const answers = await Promise.all(decisions);
    expect(answers.every(({ status }) => status === 303)).toBe(true);
    expect(await outcomeOf(fresh)).toEqual({ error: 'access_denied' });
  });
});
