import type { OutboundResponse } from '../../http/outbound/client.js';
import type { Asked } from '../../http/request/asked.js';
import {
  invalidRequestUri,
  matchRequestUri,
  requestObjectTypes,
  requireRequestObject,
} from '../../protocol/authorization/request-uri.js';
import { faults } from '../../protocol/fault-sentences.js';
import type { Authz } from '../deps.js';
import type { RegisteredClient } from './validate-request.js';

async function get({ outbound }: Authz, address: string): Promise<OutboundResponse> {
  try {
    return await outbound.get(address, { Accept: requestObjectTypes.join(', ') });
  } catch (cause) {
    throw invalidRequestUri(faults.requestUriNotFetched, cause);
  }
}

/**
 * Fetches a request object from where its client registered it (RFC 9101 §5.2, OIDC Core §6.2).
 * @throws OAuthError invalid_request_uri, temporarily_unavailable
 */
export async function fetchRequestObject(
  authz: Authz,
  asked: Asked,
  { clientId, metadata }: RegisteredClient,
  requestUri: string,
): Promise<string> {
  const address = matchRequestUri(requestUri, metadata);
  authz.fetchLimits.count(clientId, asked);
  return requireRequestObject(await get(authz, address));
}
