import type { RequestHandler } from 'express';
import { requireEncryptionKey } from '../../http/outbound/client-encryption.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { sendPrivateJson } from '../../http/request/send-text.js';
import { idTokenEncryption } from '../../protocol/client/encrypted-answers.js';
import { bearer } from '../../protocol/token/confirmation.js';
import { assertGrantTypeAllowed, parseTokenRequest, type TokenRequest } from '../../protocol/token/token-request.js';
import { type IssuedTokens, tokenResponse } from '../../protocol/token/token-response.js';
import { type AuthenticatedClient, authenticateClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import { exchangeCode } from './grant-types/authorization-code.js';
import { issueToClient } from './grant-types/client-credentials.js';
import { exchangeDeviceCode } from './grant-types/device-code.js';
import { refreshTokens } from './grant-types/refresh-token.js';
import { countTokens } from './issue-tokens.js';
import type { TokenRequestContext } from './token-request-context.js';

function issue(authz: Authz, context: TokenRequestContext, request: TokenRequest): Promise<IssuedTokens> {
  switch (request.grant_type) {
    case 'authorization_code':
      return exchangeCode(authz, context, request);
    case 'refresh_token':
      return refreshTokens(authz, context, request);
    case 'client_credentials':
      return issueToClient(authz, context, request);
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return exchangeDeviceCode(authz, context, request);
  }
}

/**
 * A client that wants its ID tokens encrypted has to have a key for that, which is looked for before a code or refresh token is used up for
 * nothing. Nobody signs in with client_credentials.
 * @throws OAuthError invalid_request
 */
async function assertIdTokenPossible(
  { clientKeys }: Authz,
  { metadata }: AuthenticatedClient,
  { grant_type }: TokenRequest,
): Promise<void> {
  if (grant_type === 'client_credentials') return;
  await requireEncryptionKey(clientKeys, metadata, idTokenEncryption(metadata));
}

/** POST /token (RFC 6749 §3.2) */
export const token =
  (authz: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = await readForm(req);
    const asked = askedOf(req);
    const { authorization } = req.headers;
    const client = await authenticateClient(authz, { asked, authorization, parameters, endpoint: 'token' });
    const request = parseTokenRequest(parameters);
    assertGrantTypeAllowed(client.metadata, request.grant_type);
    await assertIdTokenPossible(authz, client, request);
    const issued = await issue(authz, { client, asked, confirmation: bearer }, request);
    countTokens(request.grant_type, issued);
    sendPrivateJson(res, tokenResponse(issued));
  };
