// The peer: npm oidc-provider on plain node:http and the same PostgreSQL, set up to do what ours does.
// PORT, DSN and CLIENTS (JSON, see clients.mjs) come from the environment.
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import Provider from 'oidc-provider';
import { createStore } from './peer-store.mjs';

const { PORT, DSN, CLIENTS } = process.env;
const { opaque, jwt, assertion, web, person, resource, scope } = JSON.parse(CLIENTS);
const minutes = 60;
const hours = 3600;

const privateJwk = (type, options, members) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  ...members,
});
const machine = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope };

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  adapter: await createStore(DSN),
  clients: [
    { ...machine, client_id: opaque.client_id, client_secret: opaque.client_secret },
    { ...machine, client_id: jwt.client_id, client_secret: jwt.client_secret },
    {
      ...machine,
      client_id: assertion.client_id,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [assertion.publicJwk] },
    },
    {
      client_id: web.client_id,
      client_secret: web.client_secret,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [web.redirect_uri],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: {
    keys: [
      privateJwk('ec', { namedCurve: 'P-256' }, { alg: 'ES256', kid: 'ec' }),
      privateJwk('rsa', { modulusLength: 2048 }, { alg: 'RS256', kid: 'rsa' }),
    ],
  },
  enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
  cookies: { keys: ['for benchmarks only'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  scopes: ['openid', 'offline_access', scope],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  ttl: {
    AccessToken: 10 * minutes,
    ClientCredentials: 10 * minutes,
    AuthorizationCode: minutes,
    IdToken: hours,
    Interaction: 30 * minutes,
    RefreshToken: 24 * hours,
    Grant: 24 * hours,
    Session: 12 * hours,
  },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...person.claims }) }),
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    userinfo: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope,
        audience: resource,
        accessTokenTTL: 10 * minutes,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

async function readForm(req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  return new URLSearchParams(text);
}

/** Login and consent, with the fewest steps that the peer has; no password is hashed. */
async function interact(req, res) {
  const { prompt, grantId, session, params, uid } = await provider.interactionDetails(req, res);
  const isLogin = prompt.name === 'login';
  if (req.method === 'GET') {
    const fields = isLogin
      ? '<input name="identifier"><input type="password" name="password">'
      : '<button name="decision" value="allow">Allow</button>';
    res.writeHead(200, { 'content-type': 'text/html' });
    res.end(`<!doctype html><form method="post" action="/interaction/${uid}">${fields}</form>`);
    return;
  }
  const form = await readForm(req);
  if (isLogin) {
    if (form.get('password') !== person.password) return void res.writeHead(403).end();
    const result = { login: { accountId: form.get('identifier') } };
    return provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const result = { consent: { grantId: await grant.save() } };
  return provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
}

const callback = provider.callback();
http
  .createServer((req, res) => {
    if (!req.url.startsWith('/interaction/')) return callback(req, res);
    interact(req, res).catch((error) => {
      console.error(error);
      res.writeHead(500).end();
    });
  })
  .listen(Number(PORT), '127.0.0.1');
