/** Requests that are right, for every address of every role: from its pages where it has any. */
import { type Endpoint, endpoints } from '../../../src/protocol/endpoints.js';
import { accountApiAddresses } from '../../../src/protocol/resource/account-api.js';
import { Browser, formsOf } from '../browser.js';
import type { Stack } from '../processes.js';
import { signIn } from '../sign-in.js';
import type { Pairs, Seed } from './requests.js';

export interface Target {
  readonly name: string;
  readonly origin: string;
  readonly seeds: readonly Seed[];
}

const encoded = (fields: Readonly<Record<string, string>>): Pairs =>
  Object.entries(fields).map(([name, value]) => [encodeURIComponent(name), encodeURIComponent(value)]);

const formType = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
const basic = ['Authorization', `Basic ${Buffer.from('demo-client:demo-secret').toString('base64')}`] as const;

/** What people enter where a form asks for it; nobody of that name is there. */
const entered = {
  identifier: 'nobody',
  password: 'a password that nobody has',
  code: '123456',
  email: 'nobody@example.com',
  user_code: 'BCDFG-HJKLM',
};

const get = (path: string, query: Pairs = [], headers: Pairs = []): Seed => ({
  method: 'GET',
  path,
  query,
  form: [],
  headers: [['Accept', 'text/html'], ...headers],
});

const post = (path: string, fields: Readonly<Record<string, string>>, headers: Pairs = []): Seed => ({
  method: 'POST',
  path,
  query: [],
  form: encoded(fields),
  headers: [formType, ...headers],
});

/** The seeds of a page: itself and each of its forms. */
async function seedsOf(browser: Browser, place: string): Promise<readonly Seed[]> {
  const page = await browser.get(place);
  const cookie = ['Cookie', [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')] as const;
  const { pathname, searchParams } = new URL(place, browser.origin);
  const forms = formsOf(page.text).map(({ action, fields }) => {
    const to = new URL(action, new URL(place, browser.origin)).pathname;
    return post(to, { ...entered, ...fields }, [cookie, ['Origin', browser.origin]]);
  });
  return [get(pathname, encoded(Object.fromEntries(searchParams)), [cookie]), ...forms];
}

const authorization = (stack: Stack) => ({
  response_type: 'code',
  client_id: 'demo-client',
  redirect_uri: `http://127.0.0.1:${stack.relyingPartyPort}/callback`,
  scope: 'openid profile offline_access read:resource',
  state: 'state',
  nonce: 'nonce',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWBuGJSstw-cM',
  code_challenge_method: 'S256',
});

async function tokens(stack: Stack, code: string, verifier: string, redirectUri: string) {
  const answer = await fetch(`${stack.urls.authz}${endpoints.token.path}`, {
    method: 'POST',
    headers: [[...basic]],
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    }),
  });
  return (await answer.json()) as { access_token: string; refresh_token: string; id_token: string };
}

/** The requests of clients, by the path. */
async function clientSeeds(stack: Stack, code: string, verifier: string): Promise<readonly Seed[]> {
  const request = authorization(stack);
  const { access_token, refresh_token, id_token } = await tokens(stack, code, verifier, request.redirect_uri);
  const bearer = ['Authorization', `Bearer ${access_token}`] as const;
  const resource = '/api/v1/protected/resource';
  const grants = [
    { grant_type: 'client_credentials', scope: 'read:resource' },
    { grant_type: 'refresh_token', refresh_token },
    { grant_type: 'authorization_code', code, redirect_uri: request.redirect_uri, code_verifier: verifier },
    { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'a' },
  ];
  return [
    get(endpoints.authorize.path, encoded(request)),
    post(endpoints.authorize.path, request),
    post(endpoints.par.path, request, [basic]),
    ...grants.map((fields) => post(endpoints.token.path, fields, [basic])),
    post(endpoints.introspect.path, { token: access_token, token_type_hint: 'access_token' }, [basic]),
    post(endpoints.revoke.path, { token: 'a', token_type_hint: 'refresh_token' }, [basic]),
    post(endpoints.deviceAuthorization.path, { client_id: 'demo-client', scope: 'openid' }, [basic]),
    get(endpoints.userinfo.path, [], [bearer]),
    post(endpoints.userinfo.path, { access_token }),
    get(endpoints.logout.path, encoded({ id_token_hint: id_token, state: 'state' })),
    get(resource, [], [bearer]),
    post(resource, { name: 'a' }, [bearer]),
    { ...get(resource, [], [bearer]), method: 'DELETE' },
  ];
}

/** The account API, with a good token; but for what would end it. */
function accountSeeds(token: string): readonly Seed[] {
  const bearer = ['Authorization', `Bearer ${token}`] as const;
  return Object.entries(accountApiAddresses)
    .filter(([name]) => name !== 'deletion')
    .flatMap(([, { path, methods }]) =>
      methods.map((method) => ({ ...get(path.replace(/:\w+/g, 'nobody-knows-this'), [], [bearer]), method })),
    );
}

/** The pages of somebody who is signed in, and of somebody who is about to. */
async function pageSeeds(stack: Stack, person: Browser): Promise<readonly Seed[]> {
  const { authz, idp } = stack.urls;
  const stranger = new Browser(idp);
  const request = `${endpoints.authorize.path}?${new URLSearchParams(authorization(stack))}`;
  const begun = await new Browser(authz).get(request);
  const own = Object.values(endpoints)
    .filter((endpoint: Endpoint) => endpoint.role === 'idp' && endpoint.methods.includes('GET'))
    .map(({ path }) => path)
    .filter((path) => !path.includes(':'));
  const pages = [...own, '/mailbox', '/health'];
  const seeds: Seed[] = [];
  for (const path of pages) seeds.push(...(await seedsOf(person, path)), ...(await seedsOf(stranger, path)));
  if (begun.location) seeds.push(...(await seedsOf(stranger, new URL(begun.location, authz).href)));
  return seeds;
}

/** An address of the table as a pattern of the paths that it takes. */
const pattern = (path: string): RegExp => new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}$`);

const bare = ({ path, methods }: Endpoint): readonly Seed[] => {
  const concrete = path.replace(':provider', 'a-provider').replace(/:\w+/g, 'nobody-knows-this');
  return methods.map((method) => ({ ...(method === 'POST' ? post(concrete, entered) : get(concrete)), method }));
};

/** Every address of all roles with requests that it knows. */
export async function targets(stack: Stack): Promise<readonly Target[]> {
  const { urls } = stack;
  const redirectUri = authorization(stack).redirect_uri;
  const scope = authorization(stack).scope;
  const { code, verifier, browsers } = await signIn({
    issuer: urls.authz,
    clientId: 'demo-client',
    redirectUri,
    scope,
  });
  const person = browsers.get(urls.idp) ?? new Browser(urls.idp);
  const own = await signIn({
    ...{ issuer: urls.authz, clientId: 'demo-client', redirectUri, browsers },
    scope: 'account:read account:write',
  });
  const { access_token: accountToken } = await tokens(stack, own.code, own.verifier, redirectUri);
  const known = [...(await clientSeeds(stack, code, verifier)), ...(await pageSeeds(stack, person))];
  const origins = { authz: urls.authz, idp: urls.idp, rs: urls.rs, 'spa-rp': urls.spaRp };
  const fromTable = Object.entries(endpoints).map(([name, endpoint]) => {
    const seeds = known.filter(({ path }) => pattern(endpoint.path).test(path));
    return { name, origin: origins[endpoint.role], seeds: [...seeds, ...bare(endpoint)] };
  });
  const resource = known.filter(({ path }) => path.startsWith('/api/'));
  return [
    ...fromTable,
    { name: 'resource', origin: urls.rs, seeds: resource },
    { name: 'account API', origin: urls.idp, seeds: accountSeeds(accountToken) },
    { name: 'rs', origin: urls.rs, seeds: [get('/.well-known/oauth-protected-resource/api/v1'), get('/health')] },
    {
      name: 'spa-rp',
      origin: urls.spaRp,
      seeds: ['/', '/callback', '/health', '/assets/a.js'].map((path) => get(path)),
    },
    { name: 'mailbox', origin: urls.idp, seeds: [get('/mailbox'), get('/mailbox/1'), get('/mailbox/1/html')] },
    { name: 'authz elsewhere', origin: urls.authz, seeds: [get('/'), get('/health'), get('/nothing')] },
  ];
}
