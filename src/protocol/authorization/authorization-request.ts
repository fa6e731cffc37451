import { type ClientMetadata, requiresPkce } from '../client/client-metadata.js';
import { OAuthError } from '../oauth-error.js';
import type { Parameters } from '../parameters.js';
import type { RegisteredRedirectUri } from '../redirect-uri.js';
import { openidScopes, parseScope, validateAuthorizationScope } from '../scope.js';
import { validateCodeChallenge } from './pkce.js';
import { audienceOf, type ResourceRules, scopesOf, validateResources } from './resource-indicators.js';

/** How the answer travels (OAuth 2.0 Multiple Response Type Encoding §2.1, Form Post Response Mode §2). */
export const responseModes = ['query', 'form_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

/** What the client wants the user to be asked (OIDC Core §3.1.2.1). */
export const prompts = ['none', 'login', 'consent', 'select_account'] as const;
export type Prompt = (typeof prompts)[number];

declare const validated: unique symbol;

/** An authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1) that passed every rule; kept as JSON until it is answered. */
export interface ValidatedAuthorizationRequest {
  readonly [validated]: true;
  readonly clientId: string;
  readonly redirectUri: RegisteredRedirectUri;
  /** Whether the request named it: then the token request has to, too (RFC 6749 §4.1.3). */
  readonly redirectUriNamed: boolean;
  readonly responseMode: ResponseMode;
  readonly state?: string;
  readonly nonce?: string;
  readonly scopes: readonly string[];
  /** As named by `resource`; empty means the default (RFC 8707 §2.1). */
  readonly resources: readonly string[];
  readonly codeChallenge?: string;
  readonly prompts: readonly Prompt[];
  /** Seconds (OIDC Core §3.1.2.1 `max_age`). */
  readonly maxAge?: number;
  readonly loginHint?: string;
  readonly acrValues: readonly string[];
  readonly uiLocales: readonly string[];
  /** `sub` of a verified id_token_hint: nobody else may be the answer (OIDC Core §3.1.2.1). */
  readonly hintedSubject?: string;
}

export interface AuthorizationRequestRules extends ResourceRules {
  readonly clientId: string;
  readonly client: ClientMetadata;
  readonly redirectUri: RegisteredRedirectUri;
}

const longest = { state: 4096, nonce: 4096, login_hint: 1024, acr_values: 1024, ui_locales: 1024 } as const;

const invalid = (detail: string): never => {
  throw new OAuthError('invalid_request', { detail });
};

/** Whether the request is one of OpenID Connect (OIDC Core §3.1.2.1), asked before its scope is known to be well-formed. */
export const isOpenidRequest = (parameters: Parameters): boolean =>
  (parameters.get('scope') ?? '').split(' ').includes('openid');

/** The state to send back (RFC 6749 §4.1.2.1); one too long for a Location header is dropped with the request. */
export function stateOf(parameters: Parameters): string | undefined {
  const state = parameters.get('state');
  return state !== undefined && state.length <= longest.state ? state : undefined;
}

/** The response mode for the answer, good or bad (Multiple Response Types §2.1): an unknown one is refused by query. */
export const responseModeOf = (parameters: Parameters): ResponseMode =>
  parameters.get('response_mode') === 'form_post' ? 'form_post' : 'query';

function assertSupported(parameters: Parameters): void {
  if (parameters.has('request')) throw new OAuthError('request_not_supported');
  if (parameters.has('request_uri')) throw new OAuthError('request_uri_not_supported');
  if (parameters.has('registration')) throw new OAuthError('registration_not_supported');
  const mode = parameters.get('response_mode');
  if (mode !== undefined && !(responseModes as readonly string[]).includes(mode)) invalid('response_mode is unknown');
  const tooLong = Object.entries(longest).find(([name, limit]) => (parameters.get(name)?.length ?? 0) > limit);
  if (tooLong) invalid(`${tooLong[0]} is too long`);
}

function assertResponseType(parameters: Parameters, client: ClientMetadata): void {
  const responseType = parameters.get('response_type') ?? invalid('response_type is missing');
  if (responseType !== 'code') throw new OAuthError('unsupported_response_type');
  if (!client.grant_types.includes('authorization_code') || !client.response_types.includes('code')) {
    throw new OAuthError('unauthorized_client', { detail: 'the client is not registered for the code flow' });
  }
}

const words = (value: string | undefined): string[] => (value ?? '').split(' ').filter((word) => word !== '');

function parsePrompts(parameters: Parameters): readonly Prompt[] {
  const asked = words(parameters.get('prompt'));
  if (asked.length > 1 && asked.includes('none')) invalid('prompt none stands alone');
  const known = prompts.filter((prompt) => asked.includes(prompt));
  if (!asked.every((prompt) => known.includes(prompt as Prompt))) invalid('prompt is unknown');
  return known;
}

function parseMaxAge(parameters: Parameters, client: ClientMetadata): number | undefined {
  const text = parameters.get('max_age');
  if (text === undefined) return client.default_max_age;
  return /^\d{1,9}$/.test(text) ? Number(text) : invalid('max_age is not a number of seconds');
}

function validateScope(parameters: Parameters, resources: readonly string[], rules: AuthorizationRequestRules) {
  return validateAuthorizationScope(parseScope(parameters.get('scope')), {
    known: [...openidScopes, ...rules.resources.flatMap(({ scopes }) => scopes)],
    permitted: parseScope(rules.client.scope),
    targeted: scopesOf(audienceOf(resources, rules), rules),
    refreshable: rules.client.grant_types.includes('refresh_token'),
  });
}

/** Drops what is undefined, so that the record and its JSON are the same thing. */
const defined = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

/**
 * "Is the request good?" (RFC 6749 §4.1.1, OIDC Core §3.1.2.2), asked once it is settled that the answer may be redirected.
 * `claims` and unknown parameters are ignored.
 * @throws OAuthError for the client, at its redirect URI
 */
export function validateAuthorizationRequest(
  parameters: Parameters,
  rules: AuthorizationRequestRules,
): ValidatedAuthorizationRequest {
  const { client } = rules;
  assertSupported(parameters);
  assertResponseType(parameters, client);
  const codeChallenge = validateCodeChallenge({
    challenge: parameters.get('code_challenge'),
    method: parameters.get('code_challenge_method'),
    required: requiresPkce(client),
  });
  const resources = validateResources(parameters.all('resource'), rules);
  return defined({
    clientId: rules.clientId,
    redirectUri: rules.redirectUri,
    redirectUriNamed: parameters.has('redirect_uri'),
    responseMode: responseModeOf(parameters),
    state: parameters.get('state'),
    nonce: parameters.get('nonce'),
    scopes: validateScope(parameters, resources, rules),
    resources,
    codeChallenge,
    prompts: parsePrompts(parameters),
    maxAge: parseMaxAge(parameters, client),
    loginHint: parameters.get('login_hint'),
    acrValues: parameters.has('acr_values') ? words(parameters.get('acr_values')) : (client.default_acr_values ?? []),
    uiLocales: words(parameters.get('ui_locales')),
  }) as unknown as ValidatedAuthorizationRequest;
}

/**
 * Nothing is redirected for a client that we do not know, or no longer (RFC 6749 §4.1.2.1).
 * @throws OAuthError invalid_request, for a page
 */
export function assertKnownClient<T extends { readonly disabledAt: Date | null }>(client: T | null | undefined): T {
  if (!client || client.disabledAt) return invalid('the client is unknown or disabled');
  return client;
}

/**
 * Whom an id_token_hint names (OIDC Core §3.1.2.1).
 * @param claims those of a verified ID token of ours, expired or not; null where it is none
 * @throws OAuthError invalid_request
 */
export const subjectOfHint = (claims: { readonly sub?: string | undefined } | null): string =>
  claims?.sub ?? invalid('id_token_hint is not an ID token of ours');

/** Adds whom the id_token_hint names (OIDC Core §3.1.2.1). */
export const withHintedSubject = (
  request: ValidatedAuthorizationRequest,
  hintedSubject: string | undefined,
): ValidatedAuthorizationRequest => (hintedSubject === undefined ? request : { ...request, hintedSubject });
