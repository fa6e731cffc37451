import { registrationOf } from '../../config/configuration.js';
import { verifyOwnJwt } from '../../crypto/jwt.js';
import {
  isOpenidRequest,
  namingUsers,
  requireHintedSubject,
  stateOf,
  targetOfRequest,
  type ValidatedAuthorizationRequest,
  validateAuthorizationRequest,
} from '../../protocol/authorization/authorization-request.js';
import type { ResponseTarget } from '../../protocol/authorization/authorization-response.js';
import { type ResponseMode, responseModeOf } from '../../protocol/authorization/response-mode.js';
import type { Parameters } from '../../protocol/parameters.js';
import { matchRedirectUri } from '../../protocol/redirect-uri.js';
import { isIdToken } from '../../protocol/token/id-token.js';
import type { Client } from '../../storage/schema/clients.js';

import type { Authz } from '../deps.js';

/** What of a client its requests are judged by. */
export type RegisteredClient = Pick<Client, 'clientId' | 'metadata'>;

/** A client, and where its answer may go: from here on faults are redirected. */
export interface RequestTarget extends ResponseTarget {
  readonly client: RegisteredClient;
  readonly clientId: string;
}

/** A request of which it is known where its answer may go, however it came. */
export interface AdmittedRequest {
  readonly target: RequestTarget;
  /** @throws OAuthError for the client, at its redirect URI */
  validate(): Promise<ValidatedAuthorizationRequest>;
}

/** What a request says of the place to which its answer goes. */
interface NamedTarget {
  readonly redirectUri: string | undefined;
  readonly openid: boolean;
  readonly responseMode: ResponseMode;
  readonly state?: string | undefined;
}

/**
 * "May we redirect at all?" (RFC 6749 §4.1.2.1)
 * @throws OAuthError for a page, never for a redirect
 */
export function requireTarget(client: RegisteredClient, { redirectUri, openid, ...named }: NamedTarget): RequestTarget {
  const { clientId, metadata } = client;
  const registered = matchRedirectUri({
    registered: metadata.redirect_uris,
    requested: redirectUri,
    openid,
    native: metadata.application_type === 'native',
  });
  return { client, clientId, redirectUri: registered, responseMode: named.responseMode, state: named.state };
}

/** Whom an id_token_hint names: one of our ID tokens, expired or not (OIDC Core §3.1.2.1, §3.1.2.2 item 4). */
async function hintedSubject(authz: Authz, hint: string | undefined): Promise<string | undefined> {
  if (hint === undefined) return undefined;
  const keys = await authz.signingKeys.keySet();
  const expected = { issuer: authz.config.issuer, typ: 'JWT', now: authz.clock.now(), acceptExpired: true };
  const claims = await verifyOwnJwt(hint, keys.find, expected);
  return requireHintedSubject(claims && isIdToken(claims) ? claims : null);
}

/** A request may name hundreds, and anybody can send one. */
const shortened = (scopes: readonly string[]): readonly string[] =>
  scopes.slice(0, 10).map((scope) => scope.slice(0, 100));

/**
 * "Is the request good?" (RFC 6749 §4.1.1, OIDC Core §3.1.2.2)
 * @throws OAuthError for the client, at its redirect URI
 */
async function validateRequest(
  authz: Authz,
  parameters: Parameters,
  target: RequestTarget,
): Promise<ValidatedAuthorizationRequest> {
  const { client, clientId, redirectUri } = target;
  const { issuer, resources, defaultResource, claims } = authz.config;
  const known = { issuer, resources, defaultResource, customScopes: claims.scopes };
  const registration = registrationOf(authz.config);
  const rules = { client: client.metadata, clientId, redirectUri, registration, ...known };
  const request = validateAuthorizationRequest(parameters, rules);
  const { leftOut } = targetOfRequest(parameters, rules);
  if (leftOut.length > 0) authz.log.info('scopes left out', { client_id: clientId, scopes: shortened(leftOut) });
  const { userOf } = await authz.subjects.seenBy(client.metadata);
  return namingUsers(request, await hintedSubject(authz, parameters.get('id_token_hint')), userOf);
}

/**
 * A request whose parameters are at hand.
 * @throws OAuthError for a page, never for a redirect
 */
export function admitParameters(authz: Authz, client: RegisteredClient, parameters: Parameters): AdmittedRequest {
  const target = requireTarget(client, {
    redirectUri: parameters.get('redirect_uri'),
    openid: isOpenidRequest(parameters),
    responseMode: responseModeOf(parameters),
    state: stateOf(parameters),
  });
  return { target, validate: () => validateRequest(authz, parameters, target) };
}
