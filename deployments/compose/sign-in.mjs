// A browser without a screen: signs a user in through the running stack and plays the story to its end.
// Run by `sign-in`; the password comes in SIGN_IN_PASSWORD. With --token it stops at the tokens and prints the access token.
import { createHash, randomBytes } from 'node:crypto';

const tokenOnly = process.argv.includes('--token');
const username = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
const password = process.env.SIGN_IN_PASSWORD;
const issuer = process.env.ISSUER ?? 'http://127.0.0.1:8080';
const api = process.env.API ?? 'http://127.0.0.1:8082/api/v1';
const clientId = process.env.CLIENT_ID ?? 'spa-rp';
const redirectUri = process.env.REDIRECT_URI ?? 'http://127.0.0.1:8083/callback';
const postLogoutRedirectUri = new URL('/', redirectUri).href;
const scope = 'openid profile email offline_access read:resource';

const say = (text) => console.error(`sign-in: ${text}`);
const fail = (text) => {
  say(`FAILED: ${text}`);
  process.exit(1);
};
const random = () => randomBytes(32).toString('base64url');
if (!username || !password) fail('usage: SIGN_IN_PASSWORD=… sign-in [--token] USER');

/** Cookies by host, as a browser keeps them: ports do not tell them apart. */
const jar = new Map();
async function visit(url, form) {
  const { host, hostname, origin } = new URL(url);
  const cookies = [...(jar.get(hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(url, {
    redirect: 'manual',
    method: form ? 'POST' : 'GET',
    headers: { accept: 'text/html', ...(cookies && { cookie: cookies }), ...(form && { origin }) },
    ...(form && { body: new URLSearchParams(form) }),
  });
  for (const cookie of response.headers.getSetCookie()) {
    const [pair, ...attributes] = cookie.split(';');
    const at = pair.indexOf('=');
    const own = jar.get(hostname) ?? new Map();
    const expired =
      attributes.some((attribute) => /^\s*max-age=(0|-)/i.test(attribute)) || /expires=thu, 01 jan 1970/i.test(cookie);
    if (expired) own.delete(pair.slice(0, at).trim());
    else own.set(pair.slice(0, at).trim(), pair.slice(at + 1));
    jar.set(hostname, own);
  }
  const location = response.headers.get('location');
  if (location) return { url, host, location: new URL(location, url).href };
  return { url, host, status: response.status, page: await response.text() };
}

const decode = (text) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
const attributesOf = (tag) =>
  Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, decode(value)]));

/** The form of a page that has the wanted field or button, with its hidden fields filled as they came. */
function formOf({ url, page }, wanted) {
  for (const [, opening, inside] of page.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    const fields = [...inside.matchAll(/<(input|button)\b[^>]*>/g)].map(([tag]) => attributesOf(tag));
    if (!fields.some(wanted)) continue;
    const hidden = fields.filter(({ type }) => type === 'hidden').map(({ name, value }) => [name, value ?? '']);
    return { action: new URL(attributesOf(opening).action ?? url, url).href, fields: Object.fromEntries(hidden) };
  }
  return undefined;
}

/** Follows redirects, fills what is asked, until the browser is sent to `target`. */
async function travel(start, target) {
  let step = await visit(start);
  for (let n = 0; n < 20; n += 1) {
    if (step.location?.startsWith(target)) return new URL(step.location);
    if (step.location) {
      step = await visit(step.location);
      continue;
    }
    const login = formOf(step, ({ type }) => type === 'password');
    const consent = formOf(step, ({ name, value }) => name === 'decision' && value === 'allow');
    const logout = formOf(step, ({ name }) => name === 'csrf');
    if (login) step = await visit(login.action, { ...login.fields, identifier: username, password });
    else if (consent) step = await visit(consent.action, { ...consent.fields, decision: 'allow' });
    else if (logout) step = await visit(logout.action, logout.fields);
    else
      fail(
        `no way on from ${new URL(step.url).pathname}: ${step.status} ${/<title>([^<]*)/.exec(step.page)?.[1] ?? ''}`,
      );
    if (login && step.page && formOf(step, ({ type }) => type === 'password')) fail('the password was refused');
  }
  return fail('too many steps');
}

async function call(url, options = {}) {
  const response = await fetch(url, options);
  const text = await response.text();
  if (!response.ok) fail(`${new URL(url).pathname}: ${response.status} ${text}`);
  return text && JSON.parse(text);
}

const metadata = await call(`${issuer}/.well-known/openid-configuration`);
const verifier = random();
const state = random();
const request = new URL(metadata.authorization_endpoint);
request.search = new URLSearchParams({
  response_type: 'code',
  client_id: clientId,
  redirect_uri: redirectUri,
  scope,
  state,
  nonce: random(),
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
  prompt: 'consent',
}).toString();

const callback = await travel(request.href, redirectUri);
if (callback.searchParams.get('error')) fail(`the client reads ${callback.searchParams}`);
if (callback.searchParams.get('state') !== state) fail('another state came back');
say('signed in, consented');

const token = (parameters) =>
  call(metadata.token_endpoint, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...parameters }) });
const code = callback.searchParams.get('code');
const tokens = await token({
  grant_type: 'authorization_code',
  code,
  redirect_uri: redirectUri,
  code_verifier: verifier,
});
if (!tokens.id_token || !tokens.refresh_token) fail('ID token or refresh token is missing');
say(`tokens for ${tokens.scope}`);
if (tokenOnly) {
  process.stdout.write(tokens.access_token);
} else {
  const bearer = (accessToken) => ({ headers: { authorization: `Bearer ${accessToken}` } });
  await call(`${api}/protected/resource`, bearer(tokens.access_token));
  say('the protected API answered');

  const refreshed = await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
  say('refreshed');
  const claims = await call(metadata.userinfo_endpoint, bearer(refreshed.access_token));
  say(`userinfo says ${claims.preferred_username ?? claims.name ?? claims.sub}`);

  const end = new URL(metadata.end_session_endpoint);
  end.search = new URLSearchParams({
    id_token_hint: refreshed.id_token ?? tokens.id_token,
    client_id: clientId,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
  }).toString();
  await travel(end.href, postLogoutRedirectUri);
  const after = await fetch(metadata.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: clientId,
      grant_type: 'refresh_token',
      refresh_token: refreshed.refresh_token,
    }),
  });
  say(`signed out; the refresh token now yields ${after.status}`);
}
