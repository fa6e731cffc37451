// One scenario a hot endpoint, the same for every server: what autocannon is to send, or a flow of several requests.
import { randomUUID, sign } from 'node:crypto';
import { basicOf, cookieJar, signIn } from './stack.mjs';

const formType = { 'content-type': 'application/x-www-form-urlencoded' };
const form = (fields) => new URLSearchParams(fields).toString();
const encoded = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
const basic = ({ client_id, client_secret }) => basicOf(client_id, client_secret);

async function post(url, client, fields) {
  const response = await fetch(url, { method: 'POST', headers: { ...formType, ...basic(client) }, body: form(fields) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A JWT that authenticates the client once (RFC 7523 §2.2). */
function assertion({ clients: { assertion: client, privateKey }, metadata }) {
  const now = Math.floor(Date.now() / 1000);
  const { client_id: id, publicJwk } = client;
  const claims = { iss: id, sub: id, aud: metadata.issuer, iat: now, exp: now + 300, jti: randomUUID() };
  const input = `${encoded({ alg: 'ES256', kid: publicJwk.kid })}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** Signs the person in, with the session of `visit` where it has one. */
export const signInAt = ({ metadata, clients: { web, person } }, visit = cookieJar()) =>
  signIn({
    client: web,
    endpoints: { authorize: metadata.authorization_endpoint, token: metadata.token_endpoint },
    username: person.username,
    password: person.password,
    visit,
  });

const refreshBody = (token) => form({ grant_type: 'refresh_token', refresh_token: token });
const machine = ({ clients }, fields) => form({ grant_type: 'client_credentials', scope: clients.scope, ...fields });
const tokenRequest = (target, client, body) => ({
  url: target.metadata.token_endpoint,
  method: 'POST',
  headers: { ...formType, ...basic(client) },
  body,
});

/** As many chains of refresh tokens as connections: each request takes the end of one, and its answer gives the next. */
async function refreshing(target, connections) {
  const ends = [];
  for (let index = 0; index < connections; index += 1) ends.push((await signInAt(target)).refresh_token);
  const setupRequest = (request) => ({ ...request, body: refreshBody(ends.shift()) });
  const onResponse = (status, body) => {
    if (status === 200) ends.push(JSON.parse(body).refresh_token);
  };
  return { ...tokenRequest(target, target.clients.web), requests: [{ setupRequest, onResponse }] };
}

/** Authorization with a session, code, refresh, userinfo: what an application does when somebody comes back. */
async function comingBack(target) {
  const visit = cookieJar();
  await signInAt(target, visit);
  return async () => {
    const { web } = target.clients;
    const { refresh_token: token } = await signInAt(target, visit);
    const headers = { ...formType, ...basic(web) };
    const refreshed = await visit(target.metadata.token_endpoint, {
      method: 'POST',
      headers,
      body: refreshBody(token),
    });
    const authorization = `Bearer ${JSON.parse(refreshed.text).access_token}`;
    const { status } = await visit(target.metadata.userinfo_endpoint, { headers: { authorization } });
    if (status !== 200) throw new Error(`userinfo: ${status}`);
  };
}

/**
 * By name: `prepare(target, connections, seconds)` resolves to the options of autocannon. A scenario with `flow` is not one request;
 * it resolves to a function that goes through it once. A target has `metadata` (OIDC Discovery) and `clients`.
 */
export const scenarios = {
  discovery: { prepare: ({ metadata }) => ({ url: `${metadata.issuer}/.well-known/openid-configuration` }) },
  'client_credentials, opaque': { prepare: (target) => tokenRequest(target, target.clients.opaque, machine(target)) },
  'client_credentials, JWT ES256': {
    prepare: (target) =>
      tokenRequest(target, target.clients.jwt, machine(target, { resource: target.clients.resource })),
  },
  'client_credentials, private_key_jwt': {
    prepare: (target) => {
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      const body = () => machine(target, { client_assertion_type: type, client_assertion: assertion(target) });
      return {
        url: target.metadata.token_endpoint,
        method: 'POST',
        headers: formType,
        requests: [{ setupRequest: (request) => ({ ...request, body: body() }) }],
      };
    },
  },
  'introspection, opaque': {
    async prepare(target) {
      const { metadata, clients } = target;
      const fields = { grant_type: 'client_credentials', scope: clients.scope };
      const { access_token: token } = await post(metadata.token_endpoint, clients.opaque, fields);
      const { active } = await post(metadata.introspection_endpoint, clients.opaque, { token });
      if (!active) throw new Error('the token is not active');
      return { ...tokenRequest(target, clients.opaque, form({ token })), url: metadata.introspection_endpoint };
    },
  },
  'refresh with rotation and ID token': { prepare: refreshing },
  userinfo: {
    async prepare(target) {
      const { access_token: token } = await signInAt(target);
      return { url: target.metadata.userinfo_endpoint, headers: { authorization: `Bearer ${token}` } };
    },
  },
  'session: authorize, code, refresh, userinfo': { flow: true, prepare: comingBack },
};

/** Those that ask PostgreSQL in each request. */
export const databaseScenarios = [
  'client_credentials, opaque',
  'introspection, opaque',
  'refresh with rotation and ID token',
  'userinfo',
];
