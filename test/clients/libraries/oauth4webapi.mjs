import * as oauth from 'oauth4webapi';

const insecure = { [oauth.allowInsecureRequests]: true };

/** Discovers the issuer and registers a client there. */
export async function register(issuer, metadata) {
  const url = new URL(issuer);
  const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure));
  const client = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(as, metadata, insecure),
  );
  const secret = oauth.ClientSecretBasic(client.client_secret);
  const [redirectUri] = metadata.redirect_uris;

  /** Tokens with the claims of an ID token whose signature fits a published key. */
  async function verified(response, tokens) {
    await oauth.validateApplicationLevelSignature(as, response, insecure);
    return { ...tokens, claims: oauth.getValidatedIdTokenClaims(tokens) };
  }

  return {
    id: client.client_id,
    async push(parameters, verifier) {
      const request = {
        ...parameters,
        response_type: 'code',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      };
      const response = await oauth.pushedAuthorizationRequest(as, client, secret, request, insecure);
      const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, response);
      return new URL(
        `${as.authorization_endpoint}?${new URLSearchParams({ client_id: client.client_id, request_uri })}`,
      );
    },
    async redeem(url, { state, nonce, verifier }) {
      const answer = oauth.validateAuthResponse(as, client, url, state);
      const grant = [as, client, secret, answer, redirectUri, verifier, insecure];
      const response = await oauth.authorizationCodeGrantRequest(...grant);
      const expected = { expectedNonce: nonce, requireIdToken: true };
      return verified(response, await oauth.processAuthorizationCodeResponse(as, client, response, expected));
    },
    async refresh(token) {
      const response = await oauth.refreshTokenGrantRequest(as, client, secret, token, insecure);
      return oauth.processRefreshTokenResponse(as, client, response);
    },
    async introspect(token) {
      const response = await oauth.introspectionRequest(as, client, secret, token, insecure);
      return oauth.processIntrospectionResponse(as, client, response);
    },
    async revoke(token) {
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, secret, token, insecure));
    },
    async startDevice(scope) {
      const response = await oauth.deviceAuthorizationRequest(as, client, secret, { scope }, insecure);
      return oauth.processDeviceAuthorizationResponse(as, client, response);
    },
    async redeemDevice({ device_code }) {
      const response = await oauth.deviceCodeGrantRequest(as, client, secret, device_code, insecure);
      return verified(response, await oauth.processDeviceCodeResponse(as, client, response));
    },
    logoutUrl: (parameters) => new URL(`${as.end_session_endpoint}?${new URLSearchParams(parameters)}`),
  };
}
