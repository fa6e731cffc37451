import { isLocalRedirectUri, redirectUriFault } from '../redirect-uri.js';
import { parseScope } from '../scope.js';
import { type AuthenticationContextClass, authenticationContextClasses } from '../sign-in/authentication-context.js';
import {
  type AssertionAlgorithm,
  assertionSigningAlgorithms,
  type SigningAlgorithm,
  signingAlgorithms,
} from '../signing-algorithm.js';
import { checkEncryptedAnswers, type EncryptedAnswers, readEncryptedAnswers } from './encrypted-answers.js';
import { checkLogoutChannels, type LogoutChannels, readLogoutChannels } from './logout-channels.js';
import {
  type Document,
  type JsonWebKeySet,
  type MemberReader,
  type MetadataFault,
  memberReader,
} from './member-reader.js';
import { checkRequestObjects, type RequestObjects, readRequestObjects } from './request-objects.js';
import { checkSubjectMembers, readSubjectMembers, type SubjectMembers } from './subject-type.js';

/** Grant types that a client can be registered for (RFC 7591 §2); the token endpoint answers exactly these. */
export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
] as const;
export type GrantType = (typeof grantTypes)[number];

/** Ways for a client to authenticate (RFC 7591 §2, OIDC Core §9). */
export const clientAuthenticationMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
] as const;
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

/** Rule sets a client can be held to: OAuth 2.1, FAPI 2.0 Security Profile §5, FAPI 2.0 Message Signing §5. */
export const clientProfiles = ['oauth21', 'fapi2', 'fapi2-message-signing'] as const;
export type ClientProfile = (typeof clientProfiles)[number];

/**
 * A client's metadata with every default filled in (RFC 7591 §2, OIDC Registration §2); the last eight members are ours, and
 * so is `token_endpoint_auth_method_pinned`. What is
 * registered is also what is shown (RFC 7591 §3.2.1), so members are kept that no rule asks for; a member that would promise
 * something which is not done is unknown instead.
 */
export interface ClientMetadata extends EncryptedAnswers, LogoutChannels, RequestObjects, SubjectMembers {
  readonly client_name?: string;
  readonly policy_uri?: string;
  readonly tos_uri?: string;
  /** Shown to operators only, as are the next three. */
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly contacts?: readonly string[];
  readonly initiate_login_uri?: string;
  /** To a native app belongs every port of a loopback redirect URI (RFC 8252 §7.3). */
  readonly application_type: 'web' | 'native';
  readonly redirect_uris: readonly string[];
  readonly post_logout_redirect_uris: readonly string[];
  readonly response_types: readonly 'code'[];
  readonly grant_types: readonly GrantType[];
  readonly scope: string;
  readonly token_endpoint_auth_method: ClientAuthenticationMethod;
  /** Holds a client with a secret to the one place that it is registered for; absent from what was stored before there was this. */
  readonly token_endpoint_auth_method_pinned?: boolean;
  readonly token_endpoint_auth_signing_alg?: AssertionAlgorithm;
  readonly id_token_signed_response_alg: SigningAlgorithm;
  /** Userinfo is a JWT then (OIDC Core §5.3.2). */
  readonly userinfo_signed_response_alg?: SigningAlgorithm;
  /** RFC 9701 §6. */
  readonly introspection_signed_response_alg?: SigningAlgorithm;
  readonly jwks?: JsonWebKeySet;
  readonly jwks_uri?: string;
  readonly default_max_age?: number;
  readonly default_acr_values?: readonly string[];
  /** Always granted: each ID token has an `auth_time` (OIDC Core §2). */
  readonly require_auth_time: boolean;
  /** Absent from what was stored before there was this, as which it counts as false (RFC 9126 §6). */
  readonly require_pushed_authorization_requests?: boolean;
  readonly profile: ClientProfile;
  readonly require_pkce: boolean;
  readonly access_token_format: 'jwt' | 'opaque';
  /** When a code brings a refresh token; absent from what was stored before there was this: `offline_access`. */
  readonly refresh_token?: 'offline_access' | 'always';
  /**
   * Claims of granted scopes that its ID tokens have as well as userinfo, for a client that never asks there: all, or those
   * named. Without it ID tokens have none (OIDC Core §5.4).
   */
  readonly id_token_claims?: 'all' | readonly string[];
  /**
   * `implicit`: the operator answers for the client, and nobody is asked whether it may have what it requests (OIDC Core §3.1.2.4). Never
   * to be taken from a client that registers itself. Absent from what was stored before there was this: `explicit`.
   */
  readonly consent?: 'explicit' | 'implicit';
  /** What every sign-in for it has to amount to; absent: what the policy says. */
  readonly minimum_acr?: AuthenticationContextClass;
  /** What somebody trusted has signed of a client that registered itself with it (RFC 7591 §3.2.1). */
  readonly software_statement?: string;
  /** Identifiers of the protected resources that this client is: it may introspect tokens meant for them. */
  readonly protected_resources: readonly string[];
}

export type ReadMetadata =
  | { readonly metadata: ClientMetadata; readonly faults: readonly [] }
  | { readonly metadata?: undefined; readonly faults: readonly MetadataFault[] };

/** Members left out stay out: `exactOptionalPropertyTypes` and stored JSON agree on that. */
const present = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

function readOptional(read: MemberReader) {
  return present({
    client_name: read.string('client_name'),
    client_uri: read.webUrl('client_uri'),
    logo_uri: read.webUrl('logo_uri'),
    policy_uri: read.webUrl('policy_uri'),
    tos_uri: read.webUrl('tos_uri'),
    contacts: read.list('contacts'),
    initiate_login_uri: read.webUrl('initiate_login_uri'),
    token_endpoint_auth_signing_alg: read.oneOf('token_endpoint_auth_signing_alg', assertionSigningAlgorithms),
    userinfo_signed_response_alg: read.oneOf('userinfo_signed_response_alg', signingAlgorithms),
    introspection_signed_response_alg: read.oneOf('introspection_signed_response_alg', signingAlgorithms),
    ...readEncryptedAnswers(read),
    ...readLogoutChannels(read),
    ...readRequestObjects(read),
    jwks: read.keySet('jwks'),
    jwks_uri: read.webUrl('jwks_uri'),
    default_max_age: read.seconds('default_max_age'),
    default_acr_values: read.list('default_acr_values'),
    minimum_acr: read.oneOf('minimum_acr', authenticationContextClasses),
    id_token_claims: read.wordOrList('id_token_claims', 'all'),
  }) as Partial<ClientMetadata>;
}

function readMembers(read: MemberReader): ClientMetadata {
  const grants = read.someOf('grant_types', grantTypes) ?? ['authorization_code'];
  const usesCode = grants.includes('authorization_code');
  return {
    ...readOptional(read),
    ...present(readSubjectMembers(read)),
    application_type: read.oneOf('application_type', ['web', 'native'] as const) ?? 'web',
    redirect_uris: read.list('redirect_uris') ?? [],
    post_logout_redirect_uris: read.list('post_logout_redirect_uris') ?? [],
    response_types: read.someOf('response_types', ['code'] as const) ?? (usesCode ? ['code'] : []),
    grant_types: grants,
    scope: read.string('scope') ?? '',
    token_endpoint_auth_method:
      read.oneOf('token_endpoint_auth_method', clientAuthenticationMethods) ?? 'client_secret_basic',
    token_endpoint_auth_method_pinned: read.flag('token_endpoint_auth_method_pinned'),
    id_token_signed_response_alg: read.oneOf('id_token_signed_response_alg', signingAlgorithms) ?? 'RS256',
    require_auth_time: read.flag('require_auth_time'),
    require_pushed_authorization_requests: read.flag('require_pushed_authorization_requests'),
    profile: read.oneOf('profile', clientProfiles) ?? 'oauth21',
    require_pkce: read.flag('require_pkce', true),
    access_token_format: read.oneOf('access_token_format', ['jwt', 'opaque'] as const) ?? 'jwt',
    refresh_token: read.oneOf('refresh_token', ['offline_access', 'always'] as const) ?? 'offline_access',
    consent: read.oneOf('consent', ['explicit', 'implicit'] as const) ?? 'explicit',
    protected_resources: read.list('protected_resources') ?? [],
  };
}

function membersRead(): ReadonlySet<string> {
  const read = memberReader({});
  readMembers(read);
  return read.members;
}

/** Every member that {@link readClientMetadata} looks at (RFC 7591 §2, OIDC Registration §2), and those that are ours. */
export const clientMetadataMembers = membersRead();

function checkRedirectUris(metadata: ClientMetadata, { fault }: MemberReader): void {
  for (const uri of metadata.redirect_uris) {
    const problem = redirectUriFault(uri);
    if (problem) fault('redirect_uris', `${JSON.stringify(uri)} ${problem}`, 'invalid_redirect_uri');
  }
  for (const uri of metadata.post_logout_redirect_uris) {
    const problem = redirectUriFault(uri);
    if (problem) fault('post_logout_redirect_uris', `${JSON.stringify(uri)} ${problem}`);
  }
  if (metadata.grant_types.includes('authorization_code') && metadata.redirect_uris.length === 0) {
    fault('redirect_uris', 'is needed for grant type authorization_code', 'invalid_redirect_uri');
  }
}

/** Members that have to agree with each other (RFC 7591 §2.1, RFC 6749 §4.4), and initiate_login_uri (OIDC Registration §2). */
function checkConsistency(metadata: ClientMetadata, { fault }: MemberReader): void {
  const { grant_types: grants, response_types: responses, token_endpoint_auth_method: method } = metadata;
  if (responses.includes('code') !== grants.includes('authorization_code')) {
    fault('response_types', 'does not agree with grant_types: "code" goes with authorization_code');
  }
  if (method === 'none' && grants.includes('client_credentials')) {
    fault('grant_types', 'client_credentials needs a client that authenticates');
  }
  if (metadata.refresh_token === 'always' && !grants.includes('refresh_token')) {
    fault('refresh_token', 'always needs grant type refresh_token');
  }
  const unsafe = metadata.redirect_uris.find((uri) => mayBeImpersonated(metadata, uri));
  if (metadata.consent === 'implicit' && unsafe !== undefined) {
    fault('consent', `implicit is not for a client that any program can pass for at ${JSON.stringify(unsafe)}`);
  }
  if (metadata.jwks && metadata.jwks_uri) fault('jwks', 'excludes jwks_uri');
  if (metadata.initiate_login_uri?.startsWith('http:')) fault('initiate_login_uri', 'is not https');
  if (method === 'private_key_jwt' && !metadata.jwks && !metadata.jwks_uri) {
    fault('jwks', 'or jwks_uri is needed for private_key_jwt');
  }
  const { token_endpoint_auth_signing_alg: alg } = metadata;
  if (alg !== undefined && (alg === 'HS256') !== (method === 'client_secret_jwt')) {
    fault('token_endpoint_auth_signing_alg', `${alg} does not go with ${method}`);
  }
  try {
    parseScope(metadata.scope);
  } catch {
    fault('scope', 'holds a character that no scope may have');
  }
}

/**
 * A client's metadata as it arrives (RFC 7591 §2), checked and completed. Unknown members are ignored, as §2 wants it; all
 * faults are told together.
 */
export function readClientMetadata(document: Document): ReadMetadata {
  const read = memberReader(document);
  const metadata = readMembers(read);
  if (read.faults.length === 0) {
    checkRedirectUris(metadata, read);
    checkConsistency(metadata, read);
    checkEncryptedAnswers(metadata, read);
    checkLogoutChannels(metadata, read);
    checkRequestObjects(metadata, read);
    checkSubjectMembers(metadata, read);
  }
  return read.faults.length === 0 ? { metadata, faults: [] } : { faults: read.faults };
}

/** A client identifier (RFC 6749 §2.2, appendix A.1): what else an encoding may hide must not get as far as a database. */
export const isClientIdentifier = (text: string): boolean => /^[\x20-\x7E]+$/.test(text);

/**
 * Whether a code brings a refresh token: for the scope `offline_access` (OIDC Core §11), or always where the operator has it so
 * (RFC 6749 §1.5 leaves it to the server), and never where the client could not use it.
 */
export const bringsRefreshToken = (
  metadata: Pick<ClientMetadata, 'grant_types' | 'refresh_token'>,
  scopes: readonly string[],
): boolean =>
  metadata.grant_types.includes('refresh_token') &&
  (metadata.refresh_token === 'always' || scopes.includes('offline_access'));

/** Whether the client authenticates by a secret that is made here (RFC 7591 §2 `token_endpoint_auth_method`). */
export const usesSecret = (metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>): boolean =>
  metadata.token_endpoint_auth_method.startsWith('client_secret');

/** A public client can keep no secret, so nothing but PKCE binds a code to it (RFC 6749 §2.1). */
export const isPublicClient = (metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>): boolean =>
  metadata.token_endpoint_auth_method === 'none';

/**
 * Whether anybody's program may be what asks under this client's name (RFC 8252 §8.6, RFC 6749 §10.2): it has no secret, and its answer
 * goes to whoever is there on the user's machine. Then the user is asked each time. A web application at a loopback URI, compared to
 * the letter, is one that its operator put there.
 */
export const mayBeImpersonated = (
  metadata: Pick<ClientMetadata, 'token_endpoint_auth_method' | 'application_type'>,
  redirectUri: string,
): boolean =>
  isPublicClient(metadata) &&
  isLocalRedirectUri(redirectUri) &&
  (metadata.application_type === 'native' || !redirectUri.startsWith('http:'));

/** OAuth 2.1 requires PKCE of public clients (OAuth 2.1 §7.5.1); an operator may require it of any other. */
export const requiresPkce = (metadata: Pick<ClientMetadata, 'token_endpoint_auth_method' | 'require_pkce'>): boolean =>
  isPublicClient(metadata) || metadata.require_pkce;

/**
 * Why a client cannot be served as it asks to be; undefined when it can. FAPI 2.0 §5.3.2 requires pushed requests and
 * sender-constrained tokens of both sides: a client held to it must not get less. No such client is ever stored, so no rule
 * below asks for the profile.
 */
export const unservableProfile = ({ profile }: Pick<ClientMetadata, 'profile'>): string | undefined =>
  profile === 'oauth21'
    ? undefined
    : `is ${profile}, which needs pushed requests and sender-constrained tokens: not available`;
