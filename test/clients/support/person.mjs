// Somebody at a browser: follows redirects, keeps cookies, signs in and agrees where a page asks for it.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A cookie jar with the rules that matter here: cookies belong to a host, whatever its port, and to a path (RFC 6265 §5). */
class CookieJar {
  #cookies = new Map();

  keep(url, line) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const attribute = (wanted) =>
      attributes.find((part) => part.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const folder = url.pathname.slice(0, url.pathname.lastIndexOf('/')) || '/';
    const path = attribute('path')?.startsWith('/') ? attribute('path') : folder;
    const maxAge = attribute('max-age');
    const expires = attribute('expires');
    const gone = maxAge === undefined ? expires !== undefined && Date.parse(expires) < Date.now() : Number(maxAge) <= 0;
    const key = `${url.hostname} ${path} ${name}`;
    if (gone) this.#cookies.delete(key);
    else this.#cookies.set(key, { host: url.hostname, path, name, value });
  }

  headerFor(url) {
    const reaches = ({ host, path }) =>
      host === url.hostname &&
      (url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`));
    return [...this.#cookies.values()]
      .filter(reaches)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#x2F': '/' };
const decoded = (text) => text.replace(/&(amp|lt|gt|quot|#39|#x27|#x2F);/g, (_, name) => entities[name]);
const attributeOf = (tag, name) => {
  const match = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag);
  return match ? decoded(match[1] ?? match[2]) : undefined;
};

/** The forms of a page, each with what its hidden fields say. */
function formsOf({ text, url }) {
  return [...text.matchAll(/<form[^>]*>.*?<\/form>/gis)].map(([source]) => {
    const hidden = [...source.matchAll(/<input[^>]*>/gi)]
      .map(([tag]) => tag)
      .filter((tag) => attributeOf(tag, 'type') === 'hidden');
    return {
      action: new URL(attributeOf(source, 'action') || url.href, url),
      fields: Object.fromEntries(hidden.map((tag) => [attributeOf(tag, 'name'), attributeOf(tag, 'value') ?? ''])),
      asksPassword: /type="password"/.test(source),
      asksConsent: /name="decision"/.test(source),
    };
  });
}

const form = 'application/x-www-form-urlencoded';
/** What a browser says of itself when somebody goes to a page; some applications refuse to redirect anything else. */
const navigation = { accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

const exchange = (url, options, body) =>
  new Promise((resolve, reject) => {
    request(url, options, resolve).once('error', reject).end(body);
  });

/** A browser of its own: no cookies yet. */
export class Person {
  #jar = new CookieJar();
  /** Every address that this browser was at. */
  visited = [];
  /** How often a password was asked for and given. */
  passwords = 0;

  constructor({ identifier = 'demo', password = 'demo-password' } = {}) {
    this.credentials = { identifier, password };
  }

  /** One request, and one answer as it is. */
  async request(url, { method = 'GET', headers = {}, body } = {}) {
    const target = new URL(url);
    this.visited.push(target.href);
    const cookie = this.#jar.headerFor(target);
    const sent = {
      ...navigation,
      ...(cookie ? { cookie } : {}),
      ...(body ? { 'content-type': form } : {}),
      ...headers,
    };
    const response = await exchange(target, { method, headers: sent }, body?.toString());
    for (const line of response.headers['set-cookie'] ?? []) this.#jar.keep(target, line);
    return {
      url: target,
      status: response.statusCode,
      location: response.headers.location ?? null,
      text: await text(response),
    };
  }

  submit(form, fields = {}) {
    const body = new URLSearchParams({ ...form.fields, ...fields });
    return this.request(form.action, { method: 'POST', body, headers: { origin: form.action.origin } });
  }

  /** Follows redirects to a page. */
  async #follow(answer) {
    let current = answer;
    for (let hops = 0; current.location !== null; hops++) {
      if (hops > 20) throw new Error(`redirects lead in circles:\n${this.visited.slice(-10).join('\n')}`);
      current = await this.request(new URL(current.location, current.url));
    }
    return current;
  }

  /** Goes to an address and does what every page on the way asks: name and password, consent. Resolves to the last page. */
  async open(url, options) {
    let page = await this.#follow(await this.request(url, options));
    for (let steps = 0; steps < 6; steps++) {
      const form = formsOf(page).find(({ asksPassword, asksConsent }) => asksPassword || asksConsent);
      if (!form) return page;
      if (form.asksPassword) this.passwords += 1;
      page = await this.#follow(await this.submit(form, form.asksPassword ? this.credentials : { decision: 'allow' }));
    }
    throw new Error(`the sign-in leads in circles: ${page.url} ${page.text.slice(0, 2000)}`);
  }

  /** Presses the button of a page's only form, or of the one whose address ends like this. */
  async press(page, ending = '', fields = {}) {
    const form = formsOf(page).find(({ action }) => action.pathname.endsWith(ending));
    if (!form) throw new Error(`no form on ${page.url}: ${page.status} ${page.text.slice(0, 2000)}`);
    return this.open(form.action, {
      method: 'POST',
      body: new URLSearchParams({ ...form.fields, ...fields }),
      headers: { origin: form.action.origin },
    });
  }
}
