import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAuthz, type TestAuthz } from '../../support/authz.js';
import { Browser, formsOf } from '../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../support/idp.js';

/** Two processes of one role over one database, as behind a balancer. */
let authz: TestAuthz;
let one: TestIdp;
let other: TestIdp;
let client: string;
beforeAll(async () => {
  authz = await openAuthz();
  one = await openIdp({ beside: authz });
  other = await openIdp({ beside: authz });
  client = await authz.addClient();
});
afterAll(async () => {
  await one.close();
  await other.close();
  await authz.close();
});

/** The same browser, sent to another process by the balancer. */
function at(idp: TestIdp, browser: Browser): Browser {
  const moved = new Browser(idp.origin);
  for (const [name, value] of browser.cookies) moved.cookies.set(name, value);
  return moved;
}

const loginForm = async (browser: Browser, interaction: string) => {
  const [form] = formsOf((await browser.get(hub(interaction))).text);
  if (!form) throw new Error('there is no login form');
  return form;
};

const guess = async (idp: TestIdp, { username }: TestUser) => {
  const browser = idp.newBrowser();
  const form = await loginForm(browser, await idp.start(client));
  return browser.post(form.action, { ...form.fields, identifier: username, password: 'wrong' });
};

describe('two processes are one identity provider', () => {
  it('a sign-in begun at one goes on at the other: forms, browser and session are known there', async () => {
    const user = await one.addUser();
    const here = one.newBrowser();
    const interaction = await one.start(client);
    const form = await loginForm(here, interaction);
    const there = at(other, here);
    const typed = { identifier: user.username, password: user.password };
    expect((await there.post(form.action, { ...form.fields, ...typed })).status).toBe(303);
    const back = at(one, there);
    const consent = await back.get(hub(interaction));
    expect(consent.text).toContain(user.username);
  });

  it('failures at one count at the other (pitfall: a limiter for each process)', async () => {
    const user = await one.addUser();
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await guess(n % 2 ? other : one, user)).status);
    expect(statuses).toEqual([422, 422, 422, 422, 429]);
  });

  it('tokens of authz verify at both: keys are shared and not each process’s own', async () => {
    const user = await one.addUser();
    const { access_token: token } = await authz.tokens(client, user.id);
    for (const idp of [one, other]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`${idp.origin}/oidc/v1/userinfo`, { headers })).status).toBe(200);
    }
  });
});
