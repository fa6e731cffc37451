import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  inviteUser,
  listInvitations,
  type NewInvitation,
  revokeInvitation,
} from '../../../../src/administration/invitations.js';
import { hashToken } from '../../../../src/crypto/digest.js';
import { renderMail } from '../../../../src/mail/render.js';
import { administer, day, type TestAdministration } from '../../../support/administration.js';
import { formsOf } from '../../../support/browser.js';
import { hub, openIdp, type TestIdp } from '../../../support/idp.js';
import { linksTo, mailsTo } from '../../../support/mailed-links.js';
import { addClient } from '../../../support/rows.js';

const entered = { name: 'Ada Lovelace', password: 'an engine of my own' };
const config = { registration: 'invitation', claims: { scopes: { groups: ['groups'] } } } as const;

let idp: TestIdp;
let administration: TestAdministration;
let client: string;
beforeAll(async () => {
  idp = await openIdp({ config });
  administration = administer(idp.database, { clock: idp.clock, config: idp.deps.config });
  client = await addClient(idp.database, {
    client_name: 'Web shop',
    initiate_login_uri: 'https://client.example/login?tenant=1',
  });
});
afterAll(() => idp.close());

const rows = async (query: string, values: unknown[] = []) => (await idp.database.pool.query(query, values)).rows;
const newAddress = () => `ada-${randomUUID().slice(0, 8)}@example.org`;
const userOf = (email: string) => rows('SELECT * FROM users WHERE email = $1', [email]);

async function linkFor(email: string, more: Partial<NewInvitation> = {}): Promise<string> {
  await inviteUser(administration, { email, lifetime: 7 * day, ...more });
  const [link = ''] = await linksTo(idp, email, 'invitation');
  return link;
}

async function accept(link: string, browser = idp.newBrowser(), over: Record<string, string> = {}) {
  const [form] = formsOf((await browser.get(link)).text);
  return browser.post(link, { ...form?.fields, ...entered, ...over });
}

describe('Somebody who was invited', () => {
  it('makes the account that was meant for them, is signed in and sees it', async () => {
    const email = newAddress();
    const link = await linkFor(email, { name: 'Ada L.', groups: ['staff', 'engines'], language: 'de' });
    const [mail] = await mailsTo(idp, email, 'invitation');
    expect(mail && renderMail(mail, idp.deps.config).subject).toBe('Einladung zu Test Identity');
    const browser = idp.newBrowser();
    expect((await browser.get(link)).text).toContain('value="Ada L."');
    const done = await accept(link, browser);
    expect(done.status).toBe(303);
    const atHub = await browser.get(done.location ?? '');
    expect(atHub).toMatchObject({ status: 303, location: '/account' });
    expect((await browser.get('/account')).text).toContain(entered.name);
    const [user] = await userOf(email);
    const claims = { name: entered.name, groups: ['staff', 'engines'], locale: 'de' };
    expect(user).toMatchObject({ email_verified: true, claims });
    const ofThem = async (type: string) => (await idp.audited(type)).filter(({ user_id: id }) => id === user.id);
    expect(await ofThem('invited')).toMatchObject([{ context: { by: 'command' } }]);
    expect(await ofThem('signed_up')).toMatchObject([{ context: { invited: true } }]);
    expect(await ofThem('sign_in')).toMatchObject([{ context: { amr: ['pwd'] } }]);
    expect((await idp.newBrowser().get(link)).status).toBe(410);
  });

  it('is offered a passkey in a browser that can make one', async () => {
    const browser = idp.newBrowser();
    const { location } = await accept(await linkFor(newAddress()), browser, { able: 'yes' });
    expect((await browser.get(location ?? '')).text).toContain('Sign in without a password?');
  });

  it('sets up on the way what is demanded of their groups', async () => {
    const signIn = [{ acr: 'aal2', groups: ['staff'] }] as const;
    const strict = await openIdp({ beside: idp, config: { policy: { ...idp.deps.config.policy, signIn } } });
    for (const [groups, text] of [
      [['staff'], 'Set up a second factor'],
      [['guests'], entered.name],
    ] as const) {
      const browser = strict.newBrowser();
      const { location } = await accept(await linkFor(newAddress(), { groups }), browser);
      const next = await browser.get(location ?? '');
      expect(next.location ? (await browser.get(next.location)).text : next.text).toContain(text);
    }
    await strict.close();
  });

  it('goes on to the application for which they were invited (OIDC Core §4)', async () => {
    const email = newAddress();
    const link = await linkFor(email, { clientId: client });
    const [mail] = await mailsTo(idp, email, 'invitation');
    expect(mail && renderMail(mail, idp.deps.config).text).toContain('Web shop');
    const browser = idp.newBrowser();
    const { location } = await accept(link, browser);
    const url = new URL(location ?? '');
    expect([url.origin + url.pathname, url.searchParams.get('tenant')]).toEqual(['https://client.example/login', '1']);
    expect(url.searchParams.get('iss')).toBe(idp.deps.config.issuer);
    expect((await browser.get(hub(await idp.start(client)))).text).toContain('Allow access?');
  });

  it('goes on with the sign-in that they had begun', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    await browser.get(hub(interaction));
    await browser.get(hub(interaction));
    expect((await accept(await linkFor(newAddress(), { clientId: client }), browser)).location).toBe(hub(interaction));
    expect((await browser.get(hub(interaction))).text).toContain('Allow access?');
  });

  it.each([
    ['too short', entered.name, 'Use at least 15 characters.'],
    [entered.password, ' ', 'Enter your name.'],
  ])('is asked again for the password %j and the name %j', async (password, name, problem) => {
    const link = await linkFor(newAddress());
    const refused = await accept(link, idp.newBrowser(), { password, name });
    expect([refused.status, refused.text.includes(problem)]).toEqual([422, true]);
    expect((await accept(link)).status).toBe(303);
  });
});

describe('The link of an invitation', () => {
  it('is used by one of twenty at once', async () => {
    const email = newAddress();
    const link = await linkFor(email);
    const [form] = formsOf((await idp.newBrowser().get(link)).text);
    const fields = { ...form?.fields, ...entered };
    const answers = await Promise.all(Array.from({ length: 20 }, () => idp.newBrowser().post(link, fields)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(19);
    expect(await userOf(email)).toHaveLength(1);
  });

  it('is replaced by a later one, whoever invites at the same moment', async () => {
    const email = newAddress();
    const first = await linkFor(email);
    const second = await linkFor(email.toUpperCase());
    expect(await rows('SELECT FROM invitations WHERE email_key = $1', [email])).toHaveLength(1);
    expect((await idp.newBrowser().get(first)).status).toBe(410);
    const invited = { email, lifetime: day };
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => inviteUser(administration, invited)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect((await idp.newBrowser().get(second)).status).toBe(410);
    const links = await linksTo(idp, email, 'invitation');
    const answers = await Promise.all(links.map((link) => idp.newBrowser().get(link)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is revoked, and expires', async () => {
    const [revoked, expiring] = [newAddress(), newAddress()];
    const links = [await linkFor(revoked), await linkFor(expiring, { lifetime: day })];
    const open = async () => (await listInvitations(administration)).map(({ email }) => email);
    expect(await open()).toEqual(expect.arrayContaining([revoked, expiring]));
    await revokeInvitation(administration, revoked.toUpperCase());
    idp.clock.advance(day + 1);
    expect((await open()).filter((email) => [revoked, expiring].includes(email))).toEqual([]);
    for (const link of links) expect((await accept(link)).status).toBe(410);
    await expect(revokeInvitation(administration, revoked)).rejects.toMatchObject({ code: 'not_found' });
    expect(await idp.audited('invitation_revoked')).toHaveLength(1);
  });

  it('says so where there is an account with the address by now', async () => {
    const email = newAddress();
    const link = await linkFor(email);
    const { username } = await idp.addUser();
    await rows('UPDATE users SET email = $2, email_key = $2 WHERE username = $1', [username, email]);
    expect((await accept(link)).status).toBe(409);
    expect(await rows('SELECT FROM invitations WHERE email_key = $1', [email])).toEqual([]);
  });

  it('is not used up by a program that opens it, nor by a form from elsewhere', async () => {
    const link = await linkFor(newAddress());
    for (let n = 0; n < 3; n += 1) expect((await idp.newBrowser().get(link)).status).toBe(200);
    expect((await idp.newBrowser().post(link, entered)).status).toBe(403);
    expect((await accept(link)).status).toBe(303);
  });

  it('is refused alike whether it was used, revoked or never there', async () => {
    const [used, revoked] = [newAddress(), newAddress()];
    const links = [await linkFor(used), await linkFor(revoked), `/oidc/v1/invitation/${'x'.repeat(43)}`];
    await accept(links[0] ?? '');
    await revokeInvitation(administration, revoked);
    const answers = await Promise.all(links.map((link) => idp.newBrowser().get(link)));
    const texts = answers.map(({ status, text }, n) => [
      status,
      text.replaceAll(links[n] ?? '', '').replaceAll(/[\w-]{22,}/g, ''),
    ]);
    expect(new Set(texts.map((text) => JSON.stringify(text))).size).toBe(1);
    expect(answers[0]?.status).toBe(410);
  });

  it('is nowhere in clear: not in the database, not in the log', async () => {
    const link = await linkFor(newAddress());
    const secret = link.split('/').at(-1) ?? '';
    expect(await rows('SELECT FROM invitations WHERE secret_hash = $1', [hashToken(secret)])).toHaveLength(1);
    await accept(link);
    for (const table of ['invitations', 'outgoing_mails', 'audit_events'])
      expect(JSON.stringify(await rows(`SELECT to_jsonb(t) AS row FROM ${table} t`))).not.toContain(secret);
    expect([...idp.logged, ...administration.logged].join('\n')).not.toContain(secret);
  });
});

describe('Nobody is invited', () => {
  it('who has an account', async () => {
    const user = await idp.addUser();
    const invited = inviteUser(administration, { email: user.email.toUpperCase(), lifetime: day });
    await expect(invited).rejects.toMatchObject({ code: 'taken' });
    expect(await mailsTo(idp, user.email, 'invitation')).toEqual([]);
  });

  it.each([
    ['without an address', { email: 'ada' }, 'invalid'],
    ['into a group without a name', { groups: [''] }, 'invalid'],
    ['for a client that there is not', { clientId: 'nobody' }, 'not_found'],
  ])('%s', async (_name, wrong, code) => {
    const invited = inviteUser(administration, { email: newAddress(), lifetime: day, ...wrong });
    await expect(invited).rejects.toMatchObject({ code });
  });

  it('where registration or mail is off', async () => {
    for (const off of [{ registration: 'off' }, { profile: 'production' }] as const) {
      const other = administer(idp.database, { config: { ...idp.deps.config, ...off } });
      await expect(inviteUser(other, { email: newAddress(), lifetime: day })).rejects.toMatchObject({
        code: 'unavailable',
      });
    }
  });
});

describe('Where accounts are by invitation', () => {
  it('the sign-up page says so, and takes nothing', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    await browser.get(hub(interaction));
    const page = await browser.get(hub(interaction));
    expect(page.text).toMatch(/href="\/oidc\/v1\/sign-up">No account yet\?/);
    const says = await browser.get('/oidc/v1/sign-up');
    expect([says.status, says.text.includes('Accounts are by invitation'), formsOf(says.text).length]).toEqual([
      200,
      true,
      0,
    ]);
    const email = newAddress();
    expect((await browser.post('/oidc/v1/sign-up', { email })).status).toBe(403);
    expect(await mailsTo(idp, email, 'sign_up')).toEqual([]);
  });

  it('prompt=create of an earlier mode leads to the sign-in (OIDC Prompt Create §4.1)', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client, { prompts: ['create'] });
    await browser.get(hub(interaction));
    expect((await browser.get(hub(interaction))).text).toContain('name="password"');
  });
});
