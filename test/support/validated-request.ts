import type { ValidatedAuthorizationRequest } from '../../src/protocol/authorization/authorization-request.js';
import { matchRedirectUri } from '../../src/protocol/redirect-uri.js';
import { redirectUri } from './rows.js';

/** An authorization request such as only `validateAuthorizationRequest` makes otherwise. */
export const validatedRequest = (
  over: { readonly clientId: string } & Partial<ValidatedAuthorizationRequest>,
): ValidatedAuthorizationRequest =>
  ({
    redirectUri: matchRedirectUri({ registered: [redirectUri], requested: redirectUri, openid: true, native: false }),
    redirectUriNamed: true,
    responseMode: 'query',
    scopes: ['openid', 'profile'],
    resources: [],
    prompts: [],
    acrValues: [],
    ...over,
  }) as ValidatedAuthorizationRequest;
