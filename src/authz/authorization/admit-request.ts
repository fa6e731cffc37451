import type { Asked } from '../../http/request/asked.js';
import { requireKnownClient } from '../../protocol/authorization/authorization-request.js';
import { isPushedRequestUri } from '../../protocol/authorization/pushed-authorization-request.js';
import { type Parameters, requireParameter } from '../../protocol/parameters.js';
import type { Authz } from '../deps.js';
import { admitPushed } from './pushed-authorization-request.js';
import { admitFromBrowser } from './request-object.js';
import type { AdmittedRequest } from './validate-request.js';

interface BrowserRequest extends AdmittedRequest {
  /** Whether it counts as a begun sign-in by now: what has to be fetched or verified does so before it costs us that. */
  readonly isCounted: boolean;
}

/**
 * Who asks, and where the answer may go (RFC 6749 §4.1.2.1): of the parameters themselves, of a request object, or of what was pushed
 * before. Then nothing but client_id and request_uri counts of what the browser brings (RFC 9126 §4, RFC 9101 §5).
 * @throws OAuthError for a page, never for a redirect
 */
export async function admitRequest(authz: Authz, asked: Asked, parameters: Parameters): Promise<BrowserRequest> {
  const client = requireKnownClient(await authz.clients.get(requireParameter(parameters, 'client_id')));
  const requestUri = parameters.get('request_uri');
  if (isPushedRequestUri(requestUri)) return { ...(await admitPushed(authz, client, requestUri)), isCounted: false };
  const isCounted = parameters.has('request') || requestUri !== undefined;
  if (isCounted) authz.interactionLimits.count(asked);
  return { ...(await admitFromBrowser(authz, asked, client, parameters)), isCounted };
}
