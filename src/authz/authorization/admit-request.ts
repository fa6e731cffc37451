import { requireKnownClient } from '../../protocol/authorization/authorization-request.js';
import {
  assertMayComeByBrowser,
  isPushedRequestUri,
} from '../../protocol/authorization/pushed-authorization-request.js';
import { type Parameters, requireParameter } from '../../protocol/parameters.js';
import type { Authz } from '../deps.js';
import { admitPushed } from './pushed-authorization-request.js';
import { admitFromBrowser } from './request-object.js';
import type { AdmittedRequest } from './validate-request.js';

/**
 * Who asks, and where the answer may go (RFC 6749 §4.1.2.1): of the parameters themselves, in a request object or not, or of what
 * was pushed before. Then nothing
 * but client_id and request_uri counts of what the browser brings (RFC 9126 §4, RFC 9101 §5).
 * @throws OAuthError for a page, never for a redirect
 */
export async function admitRequest(authz: Authz, parameters: Parameters): Promise<AdmittedRequest> {
  const client = requireKnownClient(await authz.clients.get(requireParameter(parameters, 'client_id')));
  const requestUri = parameters.get('request_uri');
  if (isPushedRequestUri(requestUri)) return admitPushed(authz, client, requestUri);
  const { target, validate } = admitFromBrowser(authz, client, parameters);
  return {
    target,
    async validate() {
      assertMayComeByBrowser(client.metadata, authz.config.policy.requirePushedAuthorizationRequests);
      return validate();
    },
  };
}
