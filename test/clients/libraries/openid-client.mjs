import * as oidc from 'openid-client';

const insecure = { execute: [oidc.allowInsecureRequests] };

/** Discovers the issuer and registers a client there. */
export async function register(issuer, metadata) {
  const config = await oidc.dynamicClientRegistration(new URL(issuer), metadata, undefined, insecure);
  const { client_id: id } = config.clientMetadata();
  return {
    id,
    async push(parameters, verifier) {
      return oidc.buildAuthorizationUrlWithPAR(config, {
        ...parameters,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
    },
    async redeem(url, { state, nonce, verifier }) {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
      const tokens = await oidc.authorizationCodeGrant(config, url, checks);
      return { ...tokens, claims: tokens.claims() };
    },
    refresh: (token) => oidc.refreshTokenGrant(config, token),
    introspect: (token) => oidc.tokenIntrospection(config, token),
    revoke: (token) => oidc.tokenRevocation(config, token),
    startDevice: (scope) => oidc.initiateDeviceAuthorization(config, { scope }),
    async redeemDevice(device) {
      const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...device, interval: 1 });
      return { ...tokens, claims: tokens.claims() };
    },
    logoutUrl: (parameters) => oidc.buildEndSessionUrl(config, parameters),
  };
}
