import { type CustomScopes, claimsOfScopes } from '../claims.js';
import { type ClientMetadata, requiresPkce } from '../client/client-metadata.js';
import { faults } from '../fault-sentences.js';
import { parseUiLocales } from '../language.js';
import type { Parameters } from '../parameters.js';
import type { RegisteredRedirectUri } from '../redirect-uri.js';
import { parseScope, validateAuthorizationScope } from '../scope.js';
import type { RegistrationMode } from '../sign-in/registration.js';
import { type ClaimsParameter, type RequestedClaims, readClaimsParameter } from './claims-parameter.js';
import { type Display, displayOf } from './display.js';
import { validateCodeChallenge } from './pkce.js';
import { assertAuthorizationRequest, invalidRequest, longest } from './request-rules.js';
import { type RequestedTarget, validateTarget } from './requested-target.js';
import type { ResourceRules } from './resource-indicators.js';
import { type ResponseMode, responseModeOf } from './response-mode.js';

/** What the client wants the user to be asked (OIDC Core §3.1.2.1, OIDC Prompt Create §4.1). */
const prompts = ['none', 'login', 'consent', 'select_account', 'create'] as const;
export type Prompt = (typeof prompts)[number];

/** Published as prompt_values_supported (OIDC Prompt Create §4.2): an account is made only where registration is open. */
export const supportedPrompts = (registration: RegistrationMode): readonly Prompt[] =>
  prompts.filter((prompt) => prompt !== 'create' || registration === 'open');

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
  /** What the access token will be for, named or implied (RFC 8707 §2.1); empty in a request of an earlier release that named none. */
  readonly resources: readonly string[];
  readonly codeChallenge?: string;
  readonly prompts: readonly Prompt[];
  /** Seconds (OIDC Core §3.1.2.1 `max_age`). */
  readonly maxAge?: number;
  readonly loginHint?: string;
  readonly display?: Display;
  readonly acrValues: readonly string[];
  /** Languages by preference (OIDC Core §3.1.2.1 `ui_locales`); an interaction that an earlier release started has none. */
  readonly uiLocales?: readonly string[];
  readonly requestedClaims?: RequestedClaims;
  /** Users who alone may be the answer, by the `claims` parameter (OIDC Core §5.5.1). */
  readonly requestedSubjects?: readonly string[];
  /** One of {@link acrValues} has to be reached (OIDC Core §5.5.1.1). */
  readonly essentialAcr?: boolean;
  /** The user of a verified id_token_hint: nobody else may be the answer (OIDC Core §3.1.2.1). */
  readonly hintedSubject?: string;
  /** Hash, in hexadecimal, of the request_uri under which it was pushed: its answer uses that up (RFC 9126 §7.3). */
  readonly pushedAs?: string;
}

export interface AuthorizationRequestRules extends ResourceRules {
  readonly clientId: string;
  readonly client: ClientMetadata;
  readonly redirectUri: RegisteredRedirectUri;
  readonly customScopes: CustomScopes;
  readonly registration: RegistrationMode;
}

/** Whether the request is one of OpenID Connect (OIDC Core §3.1.2.1), asked before its scope is known to be well-formed. */
export const isOpenidRequest = (parameters: Parameters): boolean =>
  (parameters.get('scope') ?? '').split(' ').includes('openid');

/** The state to send back (RFC 6749 §4.1.2.1); one too long for a Location header is dropped with the request. */
export function stateOf(parameters: Parameters): string | undefined {
  const state = parameters.get('state');
  return state !== undefined && state.length <= longest.state ? state : undefined;
}

/** Characters of ui_locales that are looked at. */
const longestUiLocales = 512;

const words = (value: string | undefined): string[] => (value ?? '').split(' ').filter((word) => word !== '');

/**
 * Each prompt that we know (OIDC Core §3.1.2.1), in our order.
 * @throws OAuthError invalid_request for another one, and for `none` beside others
 */
function validatePrompts(parameters: Parameters, { registration }: AuthorizationRequestRules): readonly Prompt[] {
  const asked = words(parameters.get('prompt'));
  if (asked.length > 1 && asked.includes('none')) throw invalidRequest(faults.promptNoneAndOthers);
  const known = supportedPrompts(registration).filter((prompt) => asked.includes(prompt));
  if (!asked.every((prompt) => known.some((other) => other === prompt))) throw invalidRequest(faults.promptUnknown);
  return known;
}

/** In seconds; the client's own default where the request names none (OIDC Registration §2 `default_max_age`). */
function validateMaxAge(parameters: Parameters, client: ClientMetadata): number | undefined {
  const text = parameters.get('max_age');
  if (text === undefined) return client.default_max_age;
  if (!/^\d{1,9}$/.test(text)) throw invalidRequest(faults.maxAge);
  return Number(text);
}

function validateChallenge(parameters: Parameters, client: ClientMetadata): string | undefined {
  const [challenge, method] = [parameters.get('code_challenge'), parameters.get('code_challenge_method')];
  return validateCodeChallenge({ challenge, method, required: requiresPkce(client) });
}

/** By preference; the client's own default where the request names none (OIDC Registration §2 `default_acr_values`). */
const acrValuesOf = (parameters: Parameters, client: ClientMetadata): readonly string[] =>
  parameters.has('acr_values') ? words(parameters.get('acr_values')) : (client.default_acr_values ?? []);

/** Wishes that cannot be met are no fault (OIDC Core §3.1.2.1), so that those that are too long are dropped as well. */
function uiLocalesOf(parameters: Parameters): readonly string[] | undefined {
  const wishes = parseUiLocales(parameters.get('ui_locales')?.slice(0, longestUiLocales));
  return wishes.length > 0 ? wishes : undefined;
}

/**
 * The scopes and the audience of an authorization request (RFC 6749 §3.3, RFC 8707 §2.1).
 * @throws OAuthError invalid_scope, invalid_target
 */
export const targetOfRequest = (parameters: Parameters, rules: AuthorizationRequestRules): RequestedTarget =>
  validateTarget(
    { scope: parameters.get('scope'), resource: parameters.all('resource') },
    rules.client,
    rules,
    validateAuthorizationScope,
  );

/**
 * The `claims` parameter of a request of OpenID Connect (OIDC Core §5.5): like scopes, claims are told as far as the client is
 * registered for a scope that asks for them.
 */
function validateClaims(parameters: Parameters, rules: AuthorizationRequestRules): ClaimsParameter {
  const text = parameters.get('claims');
  if (text === undefined || !isOpenidRequest(parameters)) return {};
  return readClaimsParameter(text, claimsOfScopes(parseScope(rules.client.scope), rules.customScopes));
}

/** Drops what is undefined, so that the record and its JSON are the same thing. */
const defined = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

/** Bytes that a request may take until it is answered: anybody can make us keep one, and a character may be several bytes. */
const mostBytes = 8192;

/** @throws OAuthError invalid_request */
function assertSize(request: object): void {
  if (Buffer.byteLength(JSON.stringify(request)) > mostBytes) throw invalidRequest(faults.requestTooLong);
}

/**
 * "Is the request good?" (RFC 6749 §4.1.1, OIDC Core §3.1.2.2), asked once it is settled that the answer may be redirected.
 * Unknown parameters are ignored.
 * @throws OAuthError for the client, at its redirect URI
 */
export function validateAuthorizationRequest(
  parameters: Parameters,
  rules: AuthorizationRequestRules,
): ValidatedAuthorizationRequest {
  const { client } = rules;
  assertAuthorizationRequest(parameters, client);
  const codeChallenge = validateChallenge(parameters, client);
  const { scopes, audience } = targetOfRequest(parameters, rules);
  const request = defined({
    clientId: rules.clientId,
    redirectUri: rules.redirectUri,
    redirectUriNamed: parameters.has('redirect_uri'),
    responseMode: responseModeOf(parameters),
    state: parameters.get('state'),
    nonce: parameters.get('nonce'),
    scopes,
    resources: audience,
    codeChallenge,
    prompts: validatePrompts(parameters, rules),
    maxAge: validateMaxAge(parameters, client),
    loginHint: parameters.get('login_hint'),
    display: displayOf(parameters.get('display')),
    acrValues: acrValuesOf(parameters, client),
    uiLocales: uiLocalesOf(parameters),
    ...validateClaims(parameters, rules),
  });
  assertSize(request);
  return request as unknown as ValidatedAuthorizationRequest;
}

/**
 * A client that may be answered; nothing is redirected for one that we do not know, or no longer (RFC 6749 §4.1.2.1).
 * @throws OAuthError invalid_request, for a page
 */
export function requireKnownClient<T extends { readonly disabledAt: Date | null }>(client: T | null | undefined): T {
  if (!client) throw invalidRequest(faults.clientUnknown);
  if (client.disabledAt) throw invalidRequest(faults.clientDisabled);
  return client;
}

/**
 * Whom an id_token_hint names (OIDC Core §3.1.2.1).
 * @param claims those of a verified ID token of ours, expired or not; null where it is none
 * @throws OAuthError invalid_request
 */
export function requireHintedSubject(claims: { readonly sub?: string | undefined } | null): string {
  if (claims?.sub === undefined) throw invalidRequest(faults.idTokenHint);
  return claims.sub;
}

/**
 * Adds whom the id_token_hint names (OIDC Core §3.1.2.1), and takes every `sub` for the user whom the client knows by it (OIDC Core §8): from
 * here on a request names users as all else here does.
 */
export const namingUsers = (
  request: ValidatedAuthorizationRequest,
  hintedSubject: string | undefined,
  userOf: (subject: string) => string,
): ValidatedAuthorizationRequest => ({
  ...request,
  ...(request.requestedSubjects && { requestedSubjects: request.requestedSubjects.map(userOf) }),
  ...(hintedSubject !== undefined && { hintedSubject: userOf(hintedSubject) }),
});
