import type { RequestHandler } from 'express';
import { registrationOf } from '../config/configuration.js';
import { sendText } from '../http/request/send-text.js';
import { supportedPrompts } from '../protocol/authorization/authorization-request.js';
import { supportedClaims, userScopes } from '../protocol/claims.js';
import { authorizationServerMetadata } from '../protocol/metadata.js';
import { attainableContextClasses } from '../protocol/sign-in/authentication-context.js';
import type { Authz } from './deps.js';

/** Seconds. */
const maxAge = 300;

/** GET /.well-known/openid-configuration and /.well-known/oauth-authorization-server (OIDC Discovery §4, RFC 8414 §3): one document */
export function metadata({ config }: Authz): RequestHandler {
  const document = authorizationServerMetadata({
    issuer: config.issuer,
    publicUrls: { authz: config.issuer, idp: config.publicUrls.idp },
    resources: config.resources,
    signingAlgorithms: config.signingKeys.algorithms,
    userScopes: userScopes(config.claims.scopes),
    claims: supportedClaims(config.claims.scopes),
    acrValues: attainableContextClasses,
    requiresPushedRequests: config.policy.requirePushedAuthorizationRequests,
    requiresSignedRequests: config.policy.requireSignedRequestObject,
    prompts: supportedPrompts(registrationOf(config)),
    offers: {
      clientRegistration: config.clientRegistration.mode !== 'off',
      sessionManagement: config.sessionManagement,
    },
  });
  const answer = {
    type: 'application/json; charset=utf-8',
    cacheControl: `public, max-age=${maxAge}`,
    text: JSON.stringify(document),
  };
  return (_req, res) => sendText(res, answer);
}
