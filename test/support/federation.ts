import type { IdentityProvider } from '../../src/config/identity-providers.js';
import { Secret } from '../../src/config/secret.js';
import type { Answer, Browser } from './browser.js';
import { formsOf } from './browser.js';
import { type MovableClock, movableClock } from './clock.js';
import { hub, type TestUser } from './idp.js';
import type { RoleOptions } from './role.js';
import { openHouse, type TestHouse, type Visitor } from './visitor.js';

const secret = 'the-secret-of-the-house-at-its-upstream-0123456789';

/** As the configuration makes one without a preset. */
export const provider = (
  over: Partial<IdentityProvider> & Pick<IdentityProvider, 'id' | 'issuer'>,
): IdentityProvider => ({
  name: `Provider ${over.id}`,
  kind: 'openid',
  clientId: 'house',
  clientSecret: new Secret(secret),
  scopes: ['openid', 'profile', 'email'],
  claims: Object.fromEntries(
    ['name', 'given_name', 'preferred_username', 'email', 'email_verified'].map((name) => [name, name]),
  ),
  onUnknown: 'refuse',
  trustEmail: false,
  trustAcr: false,
  logout: false,
  promptForAgain: 'login',
  ...over,
});

/** Two houses, of which the second takes the word of the first. */
export interface Federation {
  readonly upstream: TestHouse;
  readonly house: TestHouse;
  readonly clock: MovableClock;
  /** Presses a provider's button on the page of an interaction. */
  leave(browser: Browser, interaction: string, id: string): Promise<Answer>;
  /** Signs in and agrees at the upstream. @returns the address to which it sends the browser back */
  vouch(at: Visitor, to: string | null, user: TestUser): Promise<string>;
  /** All of it in one browser: from an interaction's page to the answer of the redirect URI. */
  arrive(browser: Browser, interaction: string, id: string, user: TestUser, at?: Visitor): Promise<Answer>;
  close(): Promise<void>;
}

/** @param providers of the second house, by the issuer of the first */
export async function openFederation(
  providers: (issuer: string) => readonly IdentityProvider[],
  options: RoleOptions = {},
): Promise<Federation> {
  const clock = movableClock();
  const upstream = await openHouse({ clock });
  const identityProviders = providers(upstream.authz.origin);
  const house = await openHouse({ ...options, clock, config: { identityProviders, ...options.config } });
  await upstream.authz.addClient(
    {
      client_id: 'house',
      client_name: 'The other house',
      scope: 'openid profile email',
      redirect_uris: identityProviders.map(({ id }) => `${house.idp.origin}/oidc/v1/federation/${id}/callback`),
      post_logout_redirect_uris: identityProviders.map(
        ({ id }) => `${house.idp.origin}/oidc/v1/federation/${id}/logged-out`,
      ),
    },
    secret,
  );
  const federation: Federation = {
    upstream,
    house,
    clock,
    async leave(browser, interaction, id) {
      const forms = formsOf((await browser.get(`${hub(interaction)}?account=other`)).text);
      const form = forms.find(({ action }) => action.includes(`/federation/${id}/`));
      if (!form) throw new Error(`there is no button for ${id}`);
      return browser.post(form.action, form.fields);
    },
    async vouch(at, to, user) {
      const back = await walkTo(upstream, at, to, house.idp.origin, user);
      return back;
    },
    async arrive(browser, interaction, id, user, at = upstream.visitor()) {
      await browser.get(hub(interaction));
      const { location } = await federation.leave(browser, interaction, id);
      return browser.get(await federation.vouch(at, location, user));
    },
    async close() {
      await house.close();
      await upstream.close();
    },
  };
  return federation;
}

/** Follows redirects and fills in forms at the upstream until the browser is sent to `target`. */
async function walkTo(
  { authz, idp }: TestHouse,
  { atAuthz, atIdp }: Visitor,
  to: string | null,
  target: string,
  user: TestUser,
): Promise<string> {
  let next = to;
  for (let step = 0; step < 12; step += 1) {
    if (next === null) throw new Error('the upstream sends nowhere');
    const url: URL = new URL(next, idp.origin);
    if (url.origin === target) return url.href;
    const answer: Answer = await (url.origin === authz.origin ? atAuthz : atIdp).get(url.href);
    if (answer.location !== null) {
      next = answer.location;
      continue;
    }
    const [form] = formsOf(answer.text);
    if (!form) throw new Error(`neither a redirect nor a form at the upstream: ${answer.status} ${answer.text}`);
    const password = answer.text.includes('name="password"');
    const entered = password ? { identifier: user.username, password: user.password } : { decision: 'allow' };
    next = (await atIdp.post(form.action, { ...form.fields, ...entered })).location;
  }
  throw new Error('the sign-in at the upstream leads in circles');
}
