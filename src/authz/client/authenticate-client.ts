import type { Request, Response } from 'express';
import { equalInConstantTime, hashToken } from '../../crypto/digest.js';
import {
  type AuthenticatedEndpoint,
  assertMethodAllowed,
  invalidClient,
  isInvalidClient,
  type PresentedClientAuthentication,
  parseClientAuthentication,
} from '../../protocol/client/client-authentication.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import type { Parameters } from '../../protocol/parameters.js';
import { auditContext } from '../../storage/audit-context.js';
import type { Client } from '../../storage/clients.js';
import { announce } from '../audit.js';
import type { Authz } from '../deps.js';
import { checkClientAssertion } from './client-assertion.js';

declare const authenticated: unique symbol;

/** A client that has proved who it is, or a public one that has said so (RFC 6749 §2.3): only {@link authenticateClient} makes one. */
export interface AuthenticatedClient {
  readonly [authenticated]: true;
  readonly clientId: string;
  readonly metadata: ClientMetadata;
}

/** Compared with where a client has no secret or does not exist, so that this costs the same time. */
const nobodysHash = hashToken('');

function checkSecret(client: Client | null, secret: string): void {
  const matches = equalInConstantTime(hashToken(secret), client?.secretHash ?? nobodysHash);
  if (!matches || !client?.secretHash) throw invalidClient('the client is unknown or its secret is wrong');
}

async function check(
  deps: Authz,
  client: Client | null,
  presented: PresentedClientAuthentication,
  endpoint: AuthenticatedEndpoint,
): Promise<Client> {
  if ('clientSecret' in presented) checkSecret(client, presented.clientSecret);
  if (!client) throw invalidClient('the client is unknown');
  assertMethodAllowed(presented.method, client.metadata, endpoint);
  if (presented.method === 'private_key_jwt') await checkClientAssertion(deps, client, presented.assertion, endpoint);
  if (client.disabledAt) throw invalidClient('the client is disabled');
  return client;
}

/** Failures of a known client are worth an audit row, but a storm of them is not worth a table full. */
function recordFailure(deps: Authz, req: Request, client: Client | null): void {
  if (!client) return;
  const { clientId } = client;
  if (!deps.failedAuthentications.isWorthRecording(clientId)) return;
  deps.auditBatch.add({ type: 'client_authentication_failed', clientId, context: auditContext(req) });
  announce(deps, 'client_authentication_failed', { clientId });
}

export interface ClientRequest {
  readonly req: Request;
  readonly res: Response;
  readonly parameters: Parameters;
  readonly endpoint: AuthenticatedEndpoint;
}

/**
 * Who the client is (RFC 6749 §2.3, §3.2.1), by the one method that it is registered for. An unknown client, a disabled one
 * and a wrong secret get the same answer, with the challenge that a 401 owes (RFC 9110 §11.6.1).
 * @throws OAuthError invalid_client, invalid_request
 */
export async function authenticateClient(deps: Authz, request: ClientRequest): Promise<AuthenticatedClient> {
  const { req, res, parameters, endpoint } = request;
  let client: Client | null = null;
  try {
    const presented = parseClientAuthentication(req.headers.authorization, parameters);
    client = await deps.clients.get(presented.clientId);
    const { clientId, metadata } = await check(deps, client, presented, endpoint);
    return { clientId, metadata } as AuthenticatedClient;
  } catch (error) {
    if (isInvalidClient(error)) {
      res.set('WWW-Authenticate', `Basic realm="${deps.config.issuer}", charset="UTF-8"`);
      recordFailure(deps, req, client);
    }
    throw error;
  }
}
