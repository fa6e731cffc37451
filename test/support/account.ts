import { type Answer, type Browser, formsOf } from './browser.js';
import type { TestUser } from './idp.js';

/** Asks for an account page and signs in on the way to it. @returns the page */
export async function openAccount(browser: Browser, user: TestUser, path = '/account'): Promise<Answer> {
  const first = await browser.get(path);
  if (first.location === null) return first;
  const login = await browser.get(first.location);
  const [form] = formsOf(login.text);
  const sent = { ...form?.fields, identifier: user.username, password: user.password };
  const proven = await browser.post(form?.action ?? '', sent);
  const done = await browser.get(proven.location ?? '');
  return browser.get(done.location ?? '');
}

/** Sends the form of a page that has this field, or any. */
export async function submitted(browser: Browser, page: Answer, fields: Record<string, string> = {}): Promise<Answer> {
  const wanted = Object.entries(fields);
  const forms = formsOf(page.text);
  const form = forms.find((each) => wanted.every(([name, value]) => each.fields[name] === value)) ?? forms[0];
  if (!form) throw new Error(`there is no form on a page with status ${page.status}`);
  return browser.post(form.action, { ...form.fields, ...fields });
}
