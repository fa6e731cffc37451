import { hashToken } from '../../src/crypto/digest.js';
import { challenge, openAuthz, paths, type TestAuthz, type Tokens, verifier } from './authz.js';
import { type Answer, type Browser, type Form, formsOf } from './browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from './idp.js';
import { listen } from './listen.js';
import type { RoleOptions } from './role.js';
import { redirectUri } from './rows.js';

/** One person's browser: a jar for each of the two hosts. */
export interface Visitor {
  readonly atAuthz: Browser;
  readonly atIdp: Browser;
}

/** authz and idp over one database, and nothing between them but browsers and rows. */
export interface TestHouse {
  readonly authz: TestAuthz;
  readonly idp: TestIdp;
  visitor(): Visitor;
  /** The parameters of an authorization request of `client`. */
  request(client: string): Record<string, string>;
  /** The first answer to an authorization request of `client`. */
  ask(person: Visitor, client: string, parameters?: Record<string, string>): Promise<Answer>;
  /** Walks on from an answer as somebody who agrees to everything, until the browser is sent to the client. */
  walk(person: Visitor, from: Answer, user?: TestUser): Promise<Answer>;
  /** Both; the parameters that the client gets. */
  signIn(
    person: Visitor,
    client: string,
    user: TestUser,
    parameters?: Record<string, string>,
  ): Promise<Record<string, string>>;
  signOut(person: Visitor): Promise<void>;
  exchange(client: string, code: string | undefined): Promise<Tokens>;
  close(): Promise<void>;
}

/** The cookie by which authz knows a browser. */
export const knownBy = 'authz_session';

export const knownHash = ({ atAuthz }: Visitor): Buffer => hashToken(atAuthz.cookies.get(knownBy) ?? 'none');

/** What the client is told in the redirect to it. */
export const toldClient = ({ location }: Answer): Record<string, string> => {
  if (!location?.startsWith(redirectUri)) throw new Error(`not sent to the client, but to ${location}`);
  return Object.fromEntries(new URL(location).searchParams);
};

/** Milliseconds that a person takes for a page: longer than anything is cached. */
const thinking = 2_000;

export async function openHouse(options: RoleOptions = {}): Promise<TestHouse> {
  const listener = await listen();
  const publicUrls = { idp: listener.origin, rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' };
  const authz = await openAuthz({ ...options, config: { publicUrls, ...options.config } });
  const idp = await openIdp({ beside: authz, listener });
  const at = ({ atAuthz, atIdp }: Visitor, url: URL): Browser => (url.origin === idp.origin ? atIdp : atAuthz);

  /** Goes on as them where the browser knows them, and signs in otherwise. */
  function chooseAccount({ atIdp }: Visitor, page: Answer, form: Form, user?: TestUser): Promise<Answer> {
    const id = user?.id ?? '';
    if (page.text.includes(`name="continue" value="${id}"`))
      return atIdp.post(form.action, { ...form.fields, continue: id });
    return atIdp.get(`${hub(form.action.split('/').at(-1) ?? '')}?account=other`);
  }

  async function submit(person: Visitor, page: Answer, user?: TestUser): Promise<Answer> {
    const [form] = formsOf(page.text);
    if (!form) throw new Error(`neither a redirect nor a form: ${page.status}`);
    if (page.text.includes('name="continue"')) return chooseAccount(person, page, form, user);
    const asksPassword = page.text.includes('name="password"');
    if (asksPassword && !user) throw new Error('somebody has to sign in');
    idp.clock.advance(thinking);
    const entered = asksPassword ? { identifier: user?.username ?? '', password: user?.password ?? '' } : {};
    return person.atIdp.post(form.action, { ...form.fields, decision: 'allow', ...entered });
  }

  const house: TestHouse = {
    authz,
    idp,
    visitor: () => ({ atAuthz: authz.newBrowser(), atIdp: idp.newBrowser() }),
    request: (client) => ({
      client_id: client,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile offline_access',
      state: 's',
      nonce: 'n',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }),
    ask: ({ atAuthz }, client, parameters = {}) =>
      atAuthz.get(`${paths.authorize}?${new URLSearchParams({ ...house.request(client), ...parameters })}`),
    async walk(person, from, user) {
      let answer = from;
      for (let step = 0; step < 10; step += 1) {
        const next = answer.location === null ? undefined : new URL(answer.location, idp.origin);
        if (next?.href.startsWith(redirectUri)) return answer;
        answer = next ? await at(person, next).get(next.href) : await submit(person, answer, user);
      }
      throw new Error('the sign-in leads in circles');
    },
    async signIn(person, client, user, parameters) {
      const answer = await house.walk(person, await house.ask(person, client, parameters), user);
      idp.clock.advance(thinking);
      return toldClient(answer);
    },
    async signOut({ atIdp }) {
      const [form] = formsOf((await atIdp.get('/oidc/v1/logout')).text);
      if ((await atIdp.post(form?.action ?? '', form?.fields ?? {})).status !== 200) throw new Error('not signed out');
    },
    async exchange(client, code) {
      const answer = await authz.token({
        grant_type: 'authorization_code',
        code: code ?? '',
        redirect_uri: redirectUri,
        client_id: client,
        code_verifier: verifier,
      });
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json;
    },
    async close() {
      await idp.close();
      await authz.close();
    },
  };
  return house;
}
