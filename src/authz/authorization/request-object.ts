import { errors } from 'jose';
import { type VerifiedJws, verifyJws } from '../../crypto/jws.js';
import {
  assertRequestObjectClaims,
  assertRequestObjectType,
  invalidRequestObject,
  parametersOfRequest,
  readRequestObject,
  requestObjectAlgorithms,
} from '../../protocol/authorization/request-object.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import { faults } from '../../protocol/fault-sentences.js';
import type { OAuthError } from '../../protocol/oauth-error.js';
import { type Parameters, parseParameters } from '../../protocol/parameters.js';
import { clientKeyOf } from '../client/client-key.js';
import type { Authz } from '../deps.js';
import { type AdmittedRequest, admitParameters, type RegisteredClient } from './validate-request.js';

/** What is registered is no secret; what is wrong with a signature is nobody's business but the log's. */
function faultOf(error: unknown, metadata: ClientMetadata): OAuthError {
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return invalidRequestObject(faults.requestObjectAlgorithm(requestObjectAlgorithms(metadata).join(', ')), error);
  }
  if (error instanceof errors.JWKSNoMatchingKey) return invalidRequestObject(faults.requestObjectKeyUnknown, error);
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return invalidRequestObject(faults.requestObjectKeyAmbiguous, error);
  }
  return invalidRequestObject(faults.requestObjectSignature, error);
}

/** By a key of the client (RFC 9101 §6.2). @throws OAuthError invalid_request_object */
async function verifySignature(authz: Authz, { metadata }: RegisteredClient, object: string): Promise<VerifiedJws> {
  try {
    return await verifyJws(object, clientKeyOf(authz, metadata), requestObjectAlgorithms(metadata));
  } catch (error) {
    throw faultOf(error, metadata);
  }
}

/**
 * A request whose parameters came with it, perhaps in a request object (RFC 9101 §5, OIDC Core §6.1). Where its answer goes is read
 * from the object before that is verified: a redirect_uri inside has to be registered as one outside, which nobody signed either.
 * @param beside parameters that count where the object has no others
 * @throws OAuthError for a page, never for a redirect
 */
function admitByValue(
  authz: Authz,
  client: RegisteredClient,
  outside: Parameters,
  beside: Parameters,
): AdmittedRequest {
  const object = outside.get('request');
  if (object === undefined) return admitParameters(authz, client, outside);
  const claims = readRequestObject(object);
  const { target, validate } = admitParameters(
    authz,
    client,
    parametersOfRequest(claims ?? {}, claims ? beside : outside),
  );
  const { issuer, clientAssertions } = authz.config;
  return {
    target,
    async validate() {
      if (!claims) throw invalidRequestObject(faults.requestObjectMalformed);
      const { header } = await verifySignature(authz, client, object);
      assertRequestObjectType(header.typ);
      const { clockSkew } = clientAssertions;
      assertRequestObjectClaims(claims, {
        clientId: client.clientId,
        issuer,
        outside,
        now: authz.clock.now(),
        clockSkew,
      });
      return validate();
    },
  };
}

/**
 * A request by browser: what its object lacks may be beside it (OIDC Core §6.1).
 * @throws OAuthError for a page, never for a redirect
 */
export const admitFromBrowser = (authz: Authz, client: RegisteredClient, parameters: Parameters): AdmittedRequest =>
  admitByValue(authz, client, parameters, parameters);

/**
 * A request that is pushed: all of it is in its object, if it has one (RFC 9126 §3).
 * @throws OAuthError for the client
 */
export const admitFromClient = (authz: Authz, client: RegisteredClient, parameters: Parameters): AdmittedRequest =>
  admitByValue(authz, client, parameters, parseParameters(''));
