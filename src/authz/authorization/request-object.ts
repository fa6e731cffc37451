import { errors } from 'jose';
import { type VerifiedJws, verifyJws } from '../../crypto/jws.js';
import type { Asked } from '../../http/request/asked.js';
import { assertMayComeByBrowser } from '../../protocol/authorization/pushed-authorization-request.js';
import {
  assertMayBeUnsigned,
  assertRequestObjectClaims,
  assertRequestObjectType,
  invalidRequestObject,
  parametersOfRequest,
  type RequestObjectClaims,
  requestObjectAlgorithms,
  requireRequestObjectClaims,
} from '../../protocol/authorization/request-object.js';
import { invalidRequest } from '../../protocol/authorization/request-rules.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import { faults } from '../../protocol/fault-sentences.js';
import type { OAuthError } from '../../protocol/oauth-error.js';
import { type Parameters, parseParameters } from '../../protocol/parameters.js';
import { clientKeyOf } from '../client/client-key.js';
import type { Authz } from '../deps.js';
import { decryptRequestObject } from './request-decryption.js';
import { fetchRequestObject } from './request-uri.js';
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
 * A request whose object cannot be had: refused at the redirect_uri beside it, if that is one of the client's. That the client has but
 * one is not enough, as the object may name another.
 * @throws `refusal`, or what is wrong with the redirect_uri, for a page
 */
function admitRefused(authz: Authz, client: RegisteredClient, outside: Parameters, refusal: unknown): AdmittedRequest {
  if (!outside.has('redirect_uri')) throw refusal;
  return { target: admitParameters(authz, client, outside).target, validate: () => Promise.reject(refusal) };
}

/**
 * A request of bare parameters.
 * @throws OAuthError for a page, never for a redirect
 */
function admitUnsigned(authz: Authz, client: RegisteredClient, parameters: Parameters): AdmittedRequest {
  const { target, validate } = admitParameters(authz, client, parameters);
  return {
    target,
    async validate() {
      assertMayBeUnsigned(client.metadata, authz.config.policy.requireSignedRequestObject);
      return validate();
    },
  };
}

/** How a request object comes, and the parameters around it. */
interface PresentedObject {
  /** @throws OAuthError */
  readonly obtain: () => Promise<string>;
  readonly outside: Parameters;
  /** What of those counts where the object has no others. */
  readonly beside: Parameters;
}

/**
 * A request in a request object (RFC 9101 §5, OIDC Core §6.1). Where its answer goes is read from the object before that is verified: a
 * redirect_uri inside has to be registered as one outside, which nobody signed either.
 * @throws OAuthError for a page, never for a redirect
 */
async function admitObject(
  authz: Authz,
  client: RegisteredClient,
  { obtain, outside, beside }: PresentedObject,
): Promise<AdmittedRequest> {
  let object: string;
  let claims: RequestObjectClaims;
  try {
    object = await decryptRequestObject(authz, client, await obtain());
    claims = requireRequestObjectClaims(object);
  } catch (error) {
    return admitRefused(authz, client, outside, error);
  }
  const { target, validate } = admitParameters(authz, client, parametersOfRequest(claims, beside));
  return {
    target,
    async validate() {
      const { header } = await verifySignature(authz, client, object);
      assertRequestObjectType(header.typ);
      const { issuer, clientAssertions } = authz.config;
      const { clockSkew } = clientAssertions;
      const { clientId } = client;
      assertRequestObjectClaims(claims, { clientId, issuer, outside, now: authz.clock.now(), clockSkew });
      return validate();
    },
  };
}

/**
 * A request by browser: parameters, or an object by value or by reference; what that lacks may be beside it (OIDC Core §6.1).
 * @throws OAuthError for a page, never for a redirect
 */
export async function admitFromBrowser(
  authz: Authz,
  asked: Asked,
  client: RegisteredClient,
  outside: Parameters,
): Promise<AdmittedRequest> {
  const { requirePushedAuthorizationRequests } = authz.config.policy;
  const assertMayCome = () => assertMayComeByBrowser(client.metadata, requirePushedAuthorizationRequests);
  const [value, reference] = [outside.get('request'), outside.get('request_uri')];
  async function obtain(): Promise<string> {
    if (reference === undefined) return value ?? '';
    if (value !== undefined) throw invalidRequest(faults.requestUriBesideObject);
    assertMayCome();
    return fetchRequestObject(authz, asked, client, reference);
  }
  const hasObject = value !== undefined || reference !== undefined;
  const { target, validate } = hasObject
    ? await admitObject(authz, client, { obtain, outside, beside: outside })
    : admitUnsigned(authz, client, outside);
  return {
    target,
    async validate() {
      assertMayCome();
      return validate();
    },
  };
}

/**
 * A request that is pushed: all of it is in its object, if it has one (RFC 9126 §3).
 * @throws OAuthError for the client
 */
export async function admitFromClient(
  authz: Authz,
  client: RegisteredClient,
  parameters: Parameters,
): Promise<AdmittedRequest> {
  const object = parameters.get('request');
  if (object === undefined) return admitUnsigned(authz, client, parameters);
  return admitObject(authz, client, {
    obtain: () => Promise.resolve(object),
    outside: parameters,
    beside: parseParameters(''),
  });
}
