import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { renderMail } from '../../../../src/mail/render.js';
import { type Browser, formsOf } from '../../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { mailsTo } from '../../../support/mailed-links.js';
import { addClient } from '../../../support/rows.js';
import { addTotp, answerChallenge, codeOf } from '../../../support/second-factor.js';

/** Three of one database: a code in the place of the password, after it, and after it so that both amount to two factors. */
let first: TestIdp;
let second: TestIdp;
let stronger: TestIdp;
let client: string;
beforeAll(async () => {
  first = await openIdp({ config: { factors: { email: 'first', emailAcr: 'aal1' } } });
  second = await openIdp({ beside: first, config: { factors: { email: 'second', emailAcr: 'aal1' } } });
  stronger = await openIdp({ beside: first, config: { factors: { email: 'second', emailAcr: 'aal2' } } });
  client = await addClient(first.database);
});
afterAll(async () => {
  await stronger.close();
  await second.close();
  await first.close();
});
beforeEach(() => first.clock.advance(60_000));

const rows = async (query: string, values: unknown[] = []) => (await first.database.pool.query(query, values)).rows;
const sessionsOf = ({ id }: TestUser) => rows('SELECT amr, acr FROM sessions WHERE user_id = $1', [id]);
const codesTo = async ({ email }: Pick<TestUser, 'email'>): Promise<readonly string[]> =>
  (await mailsTo(first, email, 'email_code')).map(
    (mail) => /\d{4} \d{4}/.exec(renderMail(mail, first.deps.config).text)?.[0] ?? '',
  );
const another = (code: string): string => `${(Number(code[0]) + 1) % 10}${code.slice(1)}`;

/** Fills in the form of the page with this one field. */
async function submit(browser: Browser, page: string, field: 'send' | 'code', value: string) {
  const form = formsOf((await browser.get(page)).text).find(({ action }) => action.includes('/email-code/'));
  if (!form) throw new Error('no code is asked for');
  return browser.post(form.action, { ...form.fields, [field]: value });
}

let addresses = 0;
const newBrowser = (idp: TestIdp) =>
  idp.newBrowser({ 'x-forwarded-for': `2001:db8:1:${(addresses++).toString(16)}::1` });

/** Somebody whose password is proven, at the page that offers a code. */
async function afterPassword(idp = second, user?: TestUser) {
  const [browser, interaction] = [newBrowser(idp), await idp.start(client)];
  const owner = user ?? (await idp.addUser());
  await idp.signIn(browser, interaction, owner);
  const place = hub(interaction);
  return {
    user: owner,
    browser,
    place,
    send: () => submit(browser, place, 'send', 'yes'),
    enter: (code: string) => submit(browser, place, 'code', code),
  };
}

async function mailed(idp = second) {
  const person = await afterPassword(idp);
  expect((await person.send()).status).toBe(303);
  const [code = ''] = await codesTo(person.user);
  return { ...person, code };
}

describe('A code by mail after the password', () => {
  it('is offered, mailed and entered; nobody is signed in before', async () => {
    const { browser, user, place, send, enter } = await afterPassword();
    const offer = await browser.get(place);
    expect([offer.text.includes('Send the code'), offer.text.includes('name="code"')]).toEqual([true, false]);
    expect(await codesTo(user)).toEqual([]);
    await send();
    expect((await browser.get(place)).text).toContain('name="code"');
    const [code = ''] = await codesTo(user);
    expect(browser.cookies.has('session')).toBe(false);
    expect(await enter(code)).toMatchObject({ status: 303, location: place });
    expect(await sessionsOf(user)).toEqual([{ amr: ['pwd', 'mca'], acr: 'aal1' }]);
    expect((await browser.get(place)).text).toContain('Allow access?');
    const asked = (await second.audited('email_code_asked')).filter(({ user_id: id }) => id === user.id);
    expect(asked).toHaveLength(1);
  });

  it('amounts to two factors where the policy has it so', async () => {
    const { user, enter, code } = await mailed(stronger);
    await enter(code);
    expect(await sessionsOf(user)).toEqual([{ amr: ['pwd', 'mca', 'mfa'], acr: 'aal2' }]);
  });

  it('is not for somebody who has an app, nor for an address that is not proven', async () => {
    const [withApp, unproven] = [await second.addUser(), await second.addUser()];
    await addTotp(second, withApp);
    await rows('UPDATE users SET email_verified = false WHERE id = $1', [unproven.id]);
    const asked = await afterPassword(second, withApp);
    expect((await asked.browser.get(asked.place)).text).toContain('authenticator app');
    await afterPassword(second, unproven);
    expect(await sessionsOf(unproven)).toEqual([{ amr: ['pwd'], acr: 'aal1' }]);
  });

  it('is good once: of twenty at once one signs in', async () => {
    const { browser, user, place, code } = await mailed();
    const [form] = formsOf((await browser.get(place)).text);
    const fields = { ...form?.fields, code };
    const twenty = Array.from({ length: 20 }, () => browser.copy().post(form?.action ?? '', fields));
    const answers = await Promise.all(twenty);
    expect(answers.filter(({ headers }) => headers.getSetCookie().some((line) => /^session=/.test(line)))).toHaveLength(
      1,
    );
    expect(await sessionsOf(user)).toHaveLength(1);
    expect((await second.audited('sign_in')).filter(({ user_id: id }) => id === user.id)).toHaveLength(1);
  });

  it('is good in its own sign-in alone', async () => {
    const { user, code } = await mailed();
    const elsewhere = await afterPassword(second, user);
    await elsewhere.send();
    expect((await elsewhere.enter(code)).status).toBe(422);
    expect(await sessionsOf(user)).toEqual([]);
  });

  it('can be tried five times', async () => {
    const { user, code, enter, browser, place } = await mailed();
    for (let n = 0; n < 5; n += 1) {
      const refused = await enter(another(code));
      expect([refused.status, refused.text.includes('The code is wrong')]).toEqual([422, true]);
      second.clock.advance(60_000);
    }
    const [form] = formsOf((await browser.get(place)).text);
    expect((await browser.post(form?.action ?? '', { ...form?.fields, code })).status).toBe(422);
    expect((await browser.get(place)).text).not.toContain('name="code"');
    expect(await sessionsOf(user)).toEqual([]);
  });

  it('of many wrong ones at once no more than five are compared', async () => {
    const { user, code, browser, place } = await mailed();
    const [form] = formsOf((await browser.get(place)).text);
    const post = (entered: string) => browser.post(form?.action ?? '', { ...form?.fields, code: entered });
    await Promise.all(Array.from({ length: 20 }, () => post(another(code))));
    const query = 'SELECT tries_left FROM email_codes WHERE user_id = $1';
    expect((await rows(query, [user.id]))[0].tries_left).toBeGreaterThanOrEqual(0);
    second.clock.advance(120_000);
    for (let n = 0; n < 5; n += 1) await post(another(code));
    expect(await rows(query, [user.id])).toEqual([{ tries_left: 0 }]);
  });

  it('is slowed after wrong ones like a password, and a delay costs no try', async () => {
    const { user, code, enter } = await mailed();
    for (let n = 0; n < 4; n += 1) expect((await enter(another(code))).status).toBe(422);
    const delayed = await enter(code);
    expect([delayed.status, delayed.headers.get('retry-after')]).toEqual([429, '1']);
    second.clock.advance(2_000);
    expect((await enter(code)).status).toBe(303);
    const failed = (await second.audited('sign_in_failed')).filter(({ user_id: id }) => id === user.id);
    expect(failed.map(({ context }) => context)).toMatchObject(Array(4).fill({ reason: 'wrong_code' }));
  });

  it('lives for ten minutes, and until another is sent', async () => {
    const { user, code, send, enter } = await mailed();
    second.clock.advance(10 * 60_000 + 1);
    await send();
    const [newer = '', older] = await codesTo(user);
    expect(older).toBe(code);
    if (newer !== code) expect((await enter(code)).status).toBe(422);
    expect((await enter(newer)).status).toBe(303);
  });

  it('is not mailed without end: the last one stays good', async () => {
    const { user, send, enter } = await mailed();
    for (let n = 1; n < 6; n += 1) {
      second.clock.advance(1_000);
      await send();
    }
    const dropped = await send();
    expect([dropped.status, dropped.text.includes('several codes')]).toEqual([429, true]);
    const codes = await codesTo(user);
    expect(codes).toHaveLength(second.deps.config.mail.mostPerHour);
    const asked = (await second.audited('email_code_asked')).filter(({ user_id: id }) => id === user.id);
    expect(asked).toHaveLength(codes.length);
    expect((await enter(codes[0] ?? '')).status).toBe(303);
  });

  it('is worth nothing once the password is another', async () => {
    const { user, code, browser, place } = await mailed();
    const [form] = formsOf((await browser.get(place)).text);
    second.clock.advance(1_000);
    await rows('UPDATE users SET password_changed_at = $2 WHERE id = $1', [user.id, second.clock.now()]);
    await browser.post(form?.action ?? '', { ...form?.fields, code });
    expect(await sessionsOf(user)).toEqual([]);
    expect((await browser.get(place)).text).toContain('name="password"');
  });

  it('is nowhere in clear: not in the database, not in the log', async () => {
    const { code, enter } = await mailed();
    await enter(code);
    const spellings = [code, code.replace(' ', '')];
    for (const table of ['email_codes', 'outgoing_mails', 'audit_events'])
      for (const spelling of spellings)
        expect(JSON.stringify(await rows(`SELECT to_jsonb(t) AS row FROM ${table} t`))).not.toContain(`"${spelling}"`);
    for (const spelling of spellings) expect(second.logged.join('\n')).not.toContain(`"${spelling}"`);
  });
});

describe('A code by mail in the place of the password', () => {
  async function ask(identifier: string, browser = newBrowser(first)) {
    const place = hub(await first.start(client));
    await browser.get(place);
    const page = await browser.get(place);
    const [form] = formsOf(page.text);
    const answer = await browser.post(form?.action ?? '', { ...form?.fields, identifier, email_code: 'yes' });
    const asks = `${place}?code=mailed`;
    return { answer, browser, place, asks, enter: (code: string) => submit(browser, asks, 'code', code) };
  }

  it('signs in whoever reads what is sent to their address', async () => {
    const user = await first.addUser();
    const { answer, browser, place, asks, enter } = await ask(user.username.toUpperCase());
    expect(answer).toMatchObject({ status: 303, location: asks });
    const [code = ''] = await codesTo(user);
    await browser.get(`${asks}&language=de`);
    expect((await browser.get(asks)).text).toContain('Achtstelliger Code');
    expect(await enter(code)).toMatchObject({ status: 303, location: place });
    expect(await sessionsOf(user)).toEqual([{ amr: ['mca'], acr: 'aal1' }]);
    expect((await browser.get(place)).text).toContain('Zugriff erlauben?');
  });

  it('is one factor: an app that is set up is asked for besides', async () => {
    const user = await first.addUser();
    const secret = await addTotp(first, user);
    const { browser, place, enter } = await ask(user.email);
    const [code = ''] = await codesTo(user);
    expect((await enter(code)).status).toBe(303);
    expect(await sessionsOf(user)).toEqual([]);
    await answerChallenge(browser, place.split('/').at(-1) ?? '', { code: codeOf(first, secret) });
    expect(await sessionsOf(user)).toEqual([{ amr: ['mca', 'otp', 'mfa'], acr: 'aal2' }]);
  });

  it('is answered alike for everybody, by the same statements, and a wrong one is, too', async () => {
    const [user, unproven] = [await first.addUser(), await first.addUser()];
    await rows('UPDATE users SET email_verified = false WHERE id = $1', [unproven.id]);
    const seen = [];
    for (const identifier of [user.username, unproven.username, 'nobody-of-this-name']) {
      first.database.statements();
      const { answer, browser, asks, enter } = await ask(identifier);
      const page = (await browser.get(asks)).text;
      const wrong = await enter('0000 0000');
      const text = (html: string) => html.replaceAll(/value="[^"]*"|[\w-]{22,}/g, '');
      seen.push([answer.status, text(page), wrong.status, text(wrong.text), first.database.statements()]);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect((await codesTo(user)).length + (await codesTo(unproven)).length).toBe(1);
  });

  it('needs a name, and is bounded for an address block', async () => {
    const missing = await ask(' ');
    expect([missing.answer.status, missing.answer.text.includes('Enter your username')]).toEqual([422, true]);
    const from = first.newBrowser({ 'x-forwarded-for': '192.0.2.8' });
    const statuses = [];
    for (let n = 0; n < 4; n += 1) {
      const many = Array.from({ length: 16 }, (_, each) => ask(`nobody-${n}-${each}`, from.copy()));
      statuses.push(...(await Promise.all(many)).map(({ answer }) => answer.status));
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
  });

  it('is not to be had where it comes after the password, or is off', async () => {
    const [browser, interaction, user] = [newBrowser(second), await second.start(client), await second.addUser()];
    await browser.get(hub(interaction));
    const page = await browser.get(hub(interaction));
    expect(page.text).not.toContain('email_code');
    const [form] = formsOf(page.text);
    const fields = { ...form?.fields, identifier: user.username, email_code: 'yes' };
    expect((await browser.post(form?.action ?? '', fields)).status).toBe(422);
    expect((await browser.get(`${hub(interaction)}?code=mailed`)).text).toContain('name="password"');
    expect(await codesTo(user)).toEqual([]);
  });
});
