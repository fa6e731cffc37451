// The clients and the person that ours and the peer are both given.
import { generateKeyPairSync, randomBytes } from 'node:crypto';

const secret = () => randomBytes(32).toString('base64url');
export const resource = 'https://api.example.com';
export const scope = 'read:records';
const webScope = 'openid profile email offline_access';

/** @param redirectUri where the web application of the flows is */
export function makeClients(redirectUri) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' };
  return {
    opaque: { client_id: 'bench-opaque', client_secret: secret() },
    jwt: { client_id: 'bench-jwt', client_secret: secret() },
    assertion: { client_id: 'bench-assertion', publicJwk },
    web: { client_id: 'bench-web', client_secret: secret(), redirect_uri: redirectUri, scope: webScope },
    person: {
      username: 'bench',
      password: 'bench-password-long-enough',
      claims: { name: 'Bench Person', email: 'bench@example.com', email_verified: true },
    },
    resource,
    scope,
    privateKey,
  };
}

/** The same as YAML of our configuration; JSON is YAML, too. */
export function asConfiguration({ opaque, jwt, assertion, web, person }) {
  const machine = { grant_types: ['client_credentials'], scope };
  const basic = { token_endpoint_auth_method: 'client_secret_basic' };
  const clients = [
    { ...machine, ...basic, ...opaque, access_token_format: 'opaque' },
    { ...machine, ...basic, ...jwt, access_token_format: 'jwt' },
    {
      ...machine,
      client_id: assertion.client_id,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [assertion.publicJwk] },
      access_token_format: 'opaque',
    },
    {
      ...basic,
      client_id: web.client_id,
      client_secret: web.client_secret,
      redirect_uris: [web.redirect_uri],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: web.scope,
      id_token_signed_response_alg: 'ES256',
      access_token_format: 'opaque',
    },
  ];
  const listed = (items) => items.map((item) => `  - ${JSON.stringify(item)}\n`).join('');
  return {
    clients: listed(clients),
    users: listed([person]),
    resources: listed([{ identifier: resource, scopes: [scope] }]),
  };
}
