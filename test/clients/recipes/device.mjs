// recipe:begin
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID } = process.env;

// Plain http is for 127.0.0.1 in development; leave `execute` out elsewhere.
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.None(), {
  execute: [oidc.allowInsecureRequests],
});

const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile email offline_access' });
console.log(`Open ${device.verification_uri} and enter ${device.user_code}`);
console.log(`or open ${device.verification_uri_complete} and compare the code.`);

// Asks every few seconds until somebody has decided; throws when they say no or nobody does within ten minutes.
const tokens = await oidc.pollDeviceAuthorizationGrant(config, device);
const person = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
console.log(`Signed in as ${person.name} (${person.email})`);
// recipe:end
