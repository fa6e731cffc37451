import { equalInConstantTime, hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import {
  type AuthenticatedEndpoint,
  assertMethodAllowed,
  invalidClient,
  isInvalidClient,
  type PresentedClientAuthentication,
  parseClientAuthentication,
  withClientChallenge,
} from '../../protocol/client/client-authentication.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import type { Parameters } from '../../protocol/parameters.js';
import type { Client } from '../../storage/schema/clients.js';

import type { Authz } from '../deps.js';
import { checkClientAssertion } from './client-assertion.js';

declare const authenticated: unique symbol;

/** A client that has proved who it is, or a public one that has said so (RFC 6749 §2.3): only {@link authenticateClient} makes one. */
export interface AuthenticatedClient {
  readonly [authenticated]: true;
  readonly clientId: string;
  readonly metadata: ClientMetadata;
}

type PresentedSecret = Extract<PresentedClientAuthentication, { readonly clientSecret: string }>;

/** Stands in where a client has no secret or does not exist, so that the comparison takes the same time. */
const nobodysHash = hashToken('');

/** The client that the request names. An id that is nobody's once it is decoded may have been sent as it is. */
async function findClient({ clients }: Authz, presented: PresentedClientAuthentication): Promise<Client | null> {
  const client = await clients.get(presented.clientId);
  const asSent = 'asSent' in presented ? presented.asSent : undefined;
  return client || !asSent || asSent.clientId === presented.clientId ? client : clients.get(asSent.clientId);
}

/** Each reading is compared, whether another fits or not: one request is one attempt. */
function checkSecret(client: Client | null, { asSent, ...decoded }: PresentedSecret): void {
  const hash = client?.secretHash ?? nobodysHash;
  const matches = [decoded, ...(asSent ? [asSent] : [])].map(
    ({ clientId, clientSecret }) => equalInConstantTime(hashToken(clientSecret), hash) && clientId === client?.clientId,
  );
  if (!matches.includes(true) || !client?.secretHash) {
    throw invalidClient('the client is unknown or its secret is wrong');
  }
}

async function check(
  authz: Authz,
  client: Client | null,
  presented: PresentedClientAuthentication,
  endpoint: AuthenticatedEndpoint,
): Promise<Client> {
  if (client && !client.disabledAt) assertMethodAllowed(presented.method, client.metadata, endpoint);
  if ('clientSecret' in presented) checkSecret(client, presented);
  if (!client) throw invalidClient('the client is unknown');
  if (client.disabledAt) throw invalidClient('the client is disabled');
  if ('assertion' in presented) await checkClientAssertion(authz, client, presented, endpoint);
  return client;
}

/** Failures of a known client are worth an audit row, but a storm of them is not worth a table full. */
function recordFailure(authz: Authz, asked: Asked, { clientId }: Client): void {
  if (!authz.failedAuthentications.isWorthRecording(clientId)) return;
  authz.events.record(asked, { type: 'client_authentication_failed', clientId });
}

export interface ClientRequest {
  readonly asked: Asked;
  /** The Authorization field. */
  readonly authorization: string | undefined;
  readonly parameters: Parameters;
  readonly endpoint: AuthenticatedEndpoint;
}

/**
 * Who the client is (RFC 6749 §2.3, §3.2.1), by a method that it may use. An unknown client, a disabled one and a wrong secret
 * get the same answer, a method that is not the client's gets its name; all with the challenge that a 401 owes (RFC 9110 §11.6.1).
 * @throws OAuthError invalid_client, invalid_request
 */
export async function authenticateClient(authz: Authz, request: ClientRequest): Promise<AuthenticatedClient> {
  const { asked, authorization, parameters, endpoint } = request;
  let client: Client | null = null;
  try {
    const presented = parseClientAuthentication(authorization, parameters);
    client = await findClient(authz, presented);
    const { clientId, metadata } = await check(authz, client, presented, endpoint);
    return { clientId, metadata } as AuthenticatedClient;
  } catch (error) {
    if (!isInvalidClient(error)) throw error;
    if (client) recordFailure(authz, asked, client);
    throw withClientChallenge(error, authz.config.issuer);
  }
}
