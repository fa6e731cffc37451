import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount } from '../../support/account.js';
import { type Answer, type Browser, formsOf } from '../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../support/idp.js';
import { addClient } from '../../support/rows.js';

let idp: TestIdp;
let client: string;
let user: TestUser;

beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database, { client_name: 'Hafen', logo_uri: 'https://hafen.example/logo.svg?v=1' });
  user = await idp.addUser();
});
afterAll(() => idp.close());

const languageOf = ({ text }: Answer): string | undefined => /<html lang="(\w+)" dir="ltr">/.exec(text)?.[1];
const switchTo = (language: string, { text }: Answer): string =>
  new RegExp(`href="([^"]*)" lang="${language}"`).exec(text)?.[1]?.replaceAll('&amp;', '&') ?? 'no link';

/** Presses the link at the foot of a page, and goes where it leads. */
async function change(browser: Browser, page: Answer, language: string): Promise<Answer> {
  const there = await browser.get(switchTo(language, page));
  return there.location === null ? there : browser.get(there.location);
}

describe('The language of a page (OIDC Core §3.1.2.1)', () => {
  it.each([
    ['ui_locales before Accept-Language', ['de-CH', 'fr'], 'es', 'de'],
    ['the next of ui_locales that is there', ['ja', 'fr-CA'], 'es', 'fr'],
    ['Accept-Language by weight', [], 'en;q=0.2, es-419;q=0.7', 'es'],
    ['the default for whoever wishes for none', [], undefined, 'en'],
    ['the default where no wish can be met', ['ja'], 'ja, *;q=0.1', 'en'],
  ])('is %s', async (_, uiLocales, accepted, language) => {
    const browser = idp.newBrowser(accepted === undefined ? {} : { 'accept-language': accepted });
    const page = await browser.get(hub(await idp.start(client, { uiLocales })));
    expect(languageOf(page)).toBe(language);
    expect(page.headers.get('content-language')).toBe(language);
    expect(page.headers.get('vary')).toBe('Accept-Language, Cookie');
  });

  it('stays through a mistake, and is German in each sentence', async () => {
    const browser = idp.newBrowser();
    const at = await idp.start(client, { uiLocales: ['de'] });
    const page = await browser.get(hub(at));
    expect(page.text).toContain('<h1>Anmelden</h1>');
    const [form] = formsOf(page.text);
    const refused = await browser.post(form?.action ?? '', {
      ...form?.fields,
      identifier: user.username,
      password: 'no',
    });
    expect(refused.text).toContain('Benutzername und Passwort passen nicht zusammen.');
    const stale = await browser.post(form?.action ?? '', { identifier: 'x', password: 'y' });
    expect([stale.status, languageOf(stale)]).toEqual([403, 'de']);
    expect(stale.text).toContain('Dieses Formular ist veraltet');
    idp.clock.advance(2_000);
    const asked = await browser.get((await idp.signIn(browser, at, user)).location ?? '');
    expect(asked.text).toContain('Zugriff erlauben?');
  });
});

describe('The links at the foot of a page', () => {
  it('outdo the ui_locales of the request that is going on, and of no other', async () => {
    const browser = idp.newBrowser();
    const at = await idp.start(client, { uiLocales: ['de'] });
    const chosen = await change(browser, await browser.get(hub(at)), 'fr');
    expect(languageOf(chosen)).toBe('fr');
    expect(languageOf(await browser.get(hub(at)))).toBe('fr');
    expect(languageOf(await browser.get(hub(await idp.start(client, { uiLocales: ['es'] }))))).toBe('es');
    expect(languageOf(await browser.get(hub(await idp.start(client, {}))))).toBe('fr');
  });

  it('do not outdo what the next person in the browser says of their account, but where they choose themselves', async () => {
    const person = await idp.addUser({ claims: { locale: 'de-AT' } });
    const browser = idp.newBrowser();
    await change(browser, await browser.get(hub(await idp.start(client))), 'fr');
    const page = await openAccount(browser, person);
    expect(languageOf(page)).toBe('de');
    expect(languageOf(await change(browser, page, 'es'))).toBe('es');
    expect(languageOf(await browser.get('/account/profile'))).toBe('es');
    browser.cookies.delete('session');
    expect(languageOf(await openAccount(browser, person))).toBe('de');
  });

  it('keep the interaction and the wish for another account', async () => {
    const browser = idp.newBrowser();
    const at = await idp.start(client);
    await idp.signIn(browser, at, user);
    const page = await browser.get(`${hub(at)}?account=other`);
    expect(switchTo('de', page)).toBe(`${hub(at)}?account=other&language=de`);
    expect((await browser.copy().get(`${hub(at)}?language=de`)).location).toBe(hub(at));
    expect((await browser.copy().get(switchTo('de', page))).text).toContain('<h1>Anmelden</h1>');
    expect((await change(browser, await browser.get(hub(at)), 'de')).text).toContain('Zugriff erlauben?');
  });

  it('keep a request to sign out, but for its own wish', async () => {
    const browser = idp.newBrowser();
    await idp.signIn(browser, await idp.start(client), user);
    const page = await browser.get('/oidc/v1/logout?state=s&ui_locales=es');
    expect(page.text).toContain('¿Cerrar sesión?');
    const german = await change(browser, page, 'de');
    expect(german.text).toContain('Abmelden?');
    const [form] = formsOf(german.text);
    expect(form?.fields).toEqual({ csrf: expect.any(String), state: 's' });
    const ended = await browser.post(form?.action ?? '', form?.fields ?? {});
    expect(ended.text).toContain('Sie sind abgemeldet');
  });

  it('take no language that is not there, and lead nowhere else', async () => {
    const browser = idp.newBrowser();
    const at = await idp.start(client);
    await browser.get(hub(at));
    const page = await browser.get(`${hub(at)}?language=xx%0d%0a`);
    expect([page.status, languageOf(page)]).toEqual([200, 'en']);
    expect(browser.cookies.has('language')).toBe(false);
  });
});

describe('Pages that say what went wrong', () => {
  const german = { 'accept-language': 'de', accept: 'text/html' };

  it.each([
    ['/oidc/v1/interaction/unknown', 410, 'Diese Anmeldung kann nicht fortgesetzt werden'],
    ['/oidc/v1/logout?id_token_hint=nonsense', 400, 'Dieser Abmeldelink ist ungültig'],
    ['/oidc/v1/logout?state=a&state=b', 400, 'Diese Anfrage ist ungültig'],
    ['/nowhere', 404, 'Seite nicht gefunden'],
    ['/oidc/v1/interaction/%ff', 400, 'Das hat nicht funktioniert'],
  ])('%s: %d in German', async (path, status, title) => {
    const page = await idp.newBrowser(german).get(path);
    expect([page.status, languageOf(page)]).toEqual([status, 'de']);
    expect(page.text).toContain(title);
  });

  it('leave the words of the protocol in English, and say so', async () => {
    const page = await idp.newBrowser(german).get('/oidc/v1/logout?state=a&state=b');
    expect(page.text).toContain(
      '<span lang="en" dir="ltr">A parameter other than resource is sent more than once.</span>',
    );
  });

  it('know the languages of a request that is another browser’s', async () => {
    const at = await idp.start(client, { uiLocales: ['fr'] });
    await idp.newBrowser().get(hub(at));
    const page = await idp.newBrowser().get(hub(at));
    expect([page.status, languageOf(page)]).toEqual([403, 'fr']);
  });
});

describe('Whose pages they are', () => {
  it('a client’s logo is allowed on the pages that ask for it, by its own address', async () => {
    const browser = idp.newBrowser();
    const at = await idp.start(client);
    const page = await browser.get(hub(at));
    expect(page.text).toContain(
      '<img class="of-client" src="https://hafen.example/logo.svg?v=1" alt="" referrerpolicy=',
    );
    expect(page.headers.get('content-security-policy')).toMatch(/img-src https:\/\/hafen\.example\/logo\.svg(;|$)/);
    const other = await browser.get('/oidc/v1/logout');
    expect(other.headers.get('content-security-policy')).not.toContain('img-src');
  });

  it('name, links and colours are the configuration’s', async () => {
    const pages = {
      ...idp.deps.config.pages,
      productName: 'Hafen-Konto',
      language: 'de' as const,
      colours: { light: { accent: '#0a5f38' }, dark: {} },
      links: [{ text: 'Imprint', url: 'https://hafen.example/imprint', translations: { de: 'Impressum' } }],
    };
    const ours = await openIdp({ beside: idp, config: { pages } });
    const page = await ours.newBrowser().get('/oidc/v1/logout');
    const english = await ours.newBrowser({ 'accept-language': 'en' }).get('/oidc/v1/logout');
    await ours.close();
    expect(page.text).toContain('<title>Sie sind abgemeldet – Hafen-Konto</title>');
    expect(page.text).toContain('<a href="https://hafen.example/imprint" rel="noreferrer">Impressum</a>');
    expect(page.text).toContain('--accent:#0a5f38');
    expect(english.text).toContain('>Imprint</a>');
  });
});
