import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount, submitted } from '../../../support/account.js';
import { type Answer, type Browser, formsOf } from '../../../support/browser.js';
import { type Federation, openFederation, provider } from '../../../support/federation.js';
import { hub, type TestUser } from '../../../support/idp.js';

let federation: Federation;
let client: string;
beforeAll(async () => {
  federation = await openFederation((issuer) => [
    provider({ id: 'open', issuer, name: 'Open Provider', onUnknown: 'create', trustEmail: true }),
    provider({ id: 'wary', issuer, name: 'Wary Provider', onUnknown: 'create' }),
  ]);
  client = await federation.house.authz.addClient({ scope: 'openid profile email' });
});
afterAll(() => federation.close());

const idp = () => federation.house.idp;
const rows = async (text: string, values: unknown[] = []) => (await idp().database.pool.query(text, values)).rows;
const linkedWith = async (subject: string, id = 'open'): Promise<string | undefined> =>
  (await rows('SELECT user_id FROM federated_identities WHERE subject = $1 AND provider = $2', [subject, id]))[0]
    ?.user_id;

const mailsTo = ({ id }: TestUser) =>
  rows('SELECT recipient, template FROM outgoing_mails WHERE user_id = $1 ORDER BY created_at, id', [id]);

/** Somebody with an account in either house, under one address. */
async function twins(): Promise<{ here: TestUser; there: TestUser }> {
  const here = await idp().addUser();
  const there = await federation.upstream.idp.addUser({ username: here.username });
  return { here, there };
}

async function arrived(
  user: TestUser,
  id = 'open',
): Promise<{ browser: Browser; interaction: string; answer: Answer }> {
  const interaction = await idp().start(client);
  const browser = idp().newBrowser();
  const answer = await federation.arrive(browser, interaction, id, user);
  return { browser, interaction, answer };
}

const signInTo = async (browser: Browser, page: Answer, user: TestUser): Promise<Answer> => {
  const [form] = formsOf(page.text);
  return browser.post(form?.action ?? '', { ...form?.fields, identifier: user.username, password: user.password });
};

describe('An identity whose address somebody here has (OIDC Core §5.7)', () => {
  it('is linked once that account has been proven, and then signs in to it', async () => {
    const { here, there } = await twins();
    const { browser, answer } = await arrived(there);
    expect(browser.cookies.has('session')).toBe(false);
    const page = await browser.get(answer.location ?? '');
    expect(page.text).toContain('An account with your address exists');
    expect(page.text).toContain(`value="${here.email}"`);
    expect(page.text).toContain('Open Provider');
    expect(await linkedWith(there.id)).toBeUndefined();
    await signInTo(browser, page, here);
    expect(await linkedWith(there.id)).toBe(here.id);
    expect((await idp().audited('identity_linked')).at(-1)).toMatchObject({
      user_id: here.id,
      session_id: expect.any(String),
      context: { provider: 'open' },
    });
    const again = await arrived(there);
    expect(again.browser.cookies.has('session')).toBe(true);
    const [session] = await rows("SELECT user_id FROM sessions WHERE 'fed' = ANY (amr)");
    expect(session.user_id).toBe(here.id);
  });

  it('is told to whom the account belongs, in the place of the browser', async () => {
    const { here, there } = await twins();
    await idp().signIn(idp().newBrowser(), await idp().start(client), here);
    const { browser, answer } = await arrived(there);
    await signInTo(browser, await browser.get(answer.location ?? ''), here);
    expect(await mailsTo(here)).toMatchObject([{ recipient: here.email, template: 'identity_linked' }]);
  });

  it('is not linked with a wrong password, nor with another account', async () => {
    const { here, there } = await twins();
    const other = await idp().addUser();
    const { browser, answer } = await arrived(there);
    const page = await browser.get(answer.location ?? '');
    expect((await signInTo(browser, page, { ...here, password: 'wrong' })).status).toBe(422);
    expect(await linkedWith(there.id)).toBeUndefined();
    await signInTo(browser, page, other);
    expect(browser.cookies.has('session')).toBe(true);
    expect(await linkedWith(there.id)).toBeUndefined();
  });

  it('waits no longer once somebody has signed in', async () => {
    const { here, there } = await twins();
    const { browser, interaction, answer } = await arrived(there);
    await signInTo(browser, await browser.get(answer.location ?? ''), await idp().addUser());
    await signInTo(browser, await browser.get(`${hub(interaction)}?account=other`), here);
    expect(await linkedWith(there.id)).toBeUndefined();
  });

  it('is linked in the browser that brought it alone', async () => {
    const { here, there } = await twins();
    await arrived(there);
    const browser = idp().newBrowser();
    await idp().signIn(browser, await idp().start(client), here);
    expect(await linkedWith(there.id)).toBeUndefined();
  });

  it('is an account of its own where the provider’s word for the address does not count: nothing tells that there is one', async () => {
    const { here, there } = await twins();
    const { browser } = await arrived(there, 'wary');
    expect(browser.cookies.has('session')).toBe(true);
    expect(await linkedWith(there.id, 'wary')).not.toBe(here.id);
  });
});

describe('Linked accounts at the account', () => {
  const links = '/account/links';

  const pressLink = (browser: Browser, page: Answer): Promise<Answer> => {
    const form = formsOf(page.text).find(({ fields }) => fields.provider === 'open' && fields.subject === undefined);
    return browser.post(links, { ...form?.fields, decision: 'link' });
  };

  async function linked(): Promise<{ here: TestUser; there: TestUser; browser: Browser; page: Answer }> {
    const here = await idp().addUser();
    const there = await federation.upstream.idp.addUser();
    const browser = idp().newBrowser();
    const page = await openAccount(browser, here, links);
    const left = await pressLink(browser, page);

    expect(new URL(left.location ?? '').searchParams.get('client_id')).toBe('house');
    const back = await federation.vouch(federation.upstream.visitor(), left.location, there);
    const answer = await browser.get(back);
    expect(answer.location).toBe(links);
    return { here, there, browser, page: await browser.get(links) };
  }

  it('are added by a sign-in over there', async () => {
    const { here, there, page, browser: first } = await linked();
    expect(await linkedWith(there.id)).toBe(here.id);
    expect(page.text).toContain(there.email);
    const data = JSON.parse((await first.get('/account/data')).text);
    expect(data.identities).toMatchObject([{ provider: 'open', subject: there.id, label: there.email }]);
    const { browser } = await arrived(there);
    expect(browser.cookies.has('session')).toBe(true);
  });

  it('stay whose they are', async () => {
    const { there } = await linked();
    const other = await idp().addUser();
    const browser = idp().newBrowser();
    const page = await openAccount(browser, other, links);
    const left = await pressLink(browser, page);
    const back = await federation.vouch(federation.upstream.visitor(), left.location, there);
    const answer = await browser.get(back);
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('This Open Provider account is linked already');
    expect(await linkedWith(there.id)).not.toBe(other.id);
  });

  it('are not added to an account that somebody else has signed in to meanwhile', async () => {
    const here = await idp().addUser();
    const there = await federation.upstream.idp.addUser();
    const browser = idp().newBrowser();
    const page = await openAccount(browser, here, links);
    const left = await pressLink(browser, page);
    const back = await federation.vouch(federation.upstream.visitor(), left.location, there);
    await idp().signIn(browser, await idp().start(client), await idp().addUser());
    expect((await browser.get(back)).status).toBe(410);
    expect(await linkedWith(there.id)).toBeUndefined();
  });

  it('go when their owner says so', async () => {
    const { here, there, browser, page } = await linked();
    const answer = await submitted(browser, page, { provider: 'open', subject: there.id, decision: 'unlink' });
    expect(answer.location).toBe(links);
    expect(await linkedWith(there.id)).toBeUndefined();
    expect((await idp().audited('identity_unlinked')).at(-1)).toMatchObject({ user_id: here.id });
    expect((await mailsTo(here)).map(({ template }) => template)).toEqual(
      expect.arrayContaining(['identity_linked', 'identity_unlinked']),
    );
    expect((await browser.get('/account/activity')).text).toContain('Unlinked an account at another provider');
  });

  it('do not go while they are the only way in', async () => {
    const there = await federation.upstream.idp.addUser();
    const browser = idp().newBrowser();
    await browser.get(links).then(({ location }) => browser.get(location ?? ''));
    const interaction = await idp().start(client);
    await federation.arrive(browser, interaction, 'open', there);
    const page = await browser.get(links);
    expect(page.text).toContain('your only way to sign in');
    expect(page.text).not.toContain('value="unlink"');
    const csrf = formsOf(page.text)[0]?.fields.csrf ?? '';
    await browser.post(links, { csrf, provider: 'open', subject: there.id, decision: 'unlink' });
    expect(await linkedWith(there.id)).toEqual(expect.any(String));
  });

  it('leave one of two that go at the same time, where there is no other way', async () => {
    const there = await federation.upstream.idp.addUser();
    const browser = idp().newBrowser();
    await federation.arrive(browser, await idp().start(client), 'open', there);
    const userId = await linkedWith(there.id);
    await rows(
      "INSERT INTO federated_identities (provider, subject, user_id, claims, linked_at) VALUES ('wary', $1, $2, '{}', now())",
      [there.id, userId],
    );
    const csrf = formsOf((await browser.get(links)).text)[0]?.fields.csrf ?? '';
    const form = { csrf, subject: there.id, decision: 'unlink' };
    await Promise.all(['open', 'wary'].map((id) => browser.copy().post(links, { ...form, provider: id })));
    expect(await rows('SELECT provider FROM federated_identities WHERE user_id = $1', [userId])).toHaveLength(1);
  });

  it('of others cannot be unlinked', async () => {
    const { there } = await linked();
    const other = await idp().addUser();
    const browser = idp().newBrowser();
    const page = await openAccount(browser, other, links);
    const csrf = formsOf(page.text)[0]?.fields.csrf ?? '';
    await browser.post(links, { csrf, provider: 'open', subject: there.id, decision: 'unlink' });
    expect(await linkedWith(there.id)).toEqual(expect.any(String));
  });
});

describe('Somebody with a second factor (NIST SP 800-63B §4.2)', () => {
  it('is asked for it after the sign-in elsewhere', async () => {
    const there = await federation.upstream.idp.addUser();
    await arrived(there);
    await rows(
      `INSERT INTO totp_authenticators (user_id, sealed_secret, last_step, created_at, last_used_at)
       VALUES ($1, $2, 0, now(), now())`,
      [await linkedWith(there.id), Buffer.alloc(40)],
    );
    const { browser, answer } = await arrived(there);
    expect(browser.cookies.has('session')).toBe(false);
    expect((await browser.get(answer.location ?? '')).text).toContain('one-time-code');
  });
});
