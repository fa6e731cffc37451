import type { Request, RequestHandler } from 'express';
import { readForm } from '../../http/request/form.js';
import { assertGrantTypeAllowed, parseTokenRequest, type TokenRequest } from '../../protocol/token/token-request.js';
import { type IssuedTokens, tokenResponse } from '../../protocol/token/token-response.js';
import { type AuthenticatedClient, authenticateClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import { exchangeCode } from './grant-types/authorization-code.js';
import { issueToClient } from './grant-types/client-credentials.js';
import { refreshTokens } from './grant-types/refresh-token.js';
import { countTokens } from './issue-tokens.js';

function grant(deps: Authz, req: Request, client: AuthenticatedClient, request: TokenRequest): Promise<IssuedTokens> {
  switch (request.grant_type) {
    case 'authorization_code':
      return exchangeCode(deps, req, client, request);
    case 'refresh_token':
      return refreshTokens(deps, req, client, request);
    case 'client_credentials':
      return issueToClient(deps, req, client, request);
  }
}

/** POST /token (RFC 6749 §3.2) */
export const token =
  (deps: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = await readForm(req);
    const client = await authenticateClient(deps, { req, res, parameters, endpoint: 'token' });
    const request = parseTokenRequest(parameters);
    assertGrantTypeAllowed(client.metadata, request.grant_type);
    const issued = await grant(deps, req, client, request);
    countTokens(request.grant_type, issued);
    res.set('Cache-Control', 'no-store').json(tokenResponse(issued));
  };
