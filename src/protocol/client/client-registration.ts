import { OAuthError } from '../oauth-error.js';
import { formatScope, isScopeToken } from '../scope.js';
import { type ClientMetadata, clientMetadataMembers, type GrantType, readClientMetadata } from './client-metadata.js';
import type { Document, MetadataFault } from './member-reader.js';
import { type Served, unservableFaults } from './servable-metadata.js';
import { sectorOf } from './subject-type.js';
import { reasonUnserved, unreadMembers } from './unserved-members.js';

/** Who may register a client (RFC 7591 §3): nobody, whoever asks, or whoever was given an initial access token. */
export const registrationAccess = ['off', 'open', 'token'] as const;

const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** Grant types that a client can be registered for without an operator: somebody is asked in each. */
export const registrableGrantTypes = ['authorization_code', 'refresh_token', deviceGrantType] as const;

/** What a registration is held against. */
export interface RegistrationRules extends Served {
  /** Every scope that is known here. */
  readonly scopes: readonly string[];
  /** What a client is registered for that names no scope (RFC 7591 §2). */
  readonly usualScopes: readonly string[];
  readonly grantTypes: readonly GrantType[];
  /** Hosts of redirect URIs, those that begin with a dot with all below them; empty for any. */
  readonly redirectHosts: readonly string[];
  /** Of confidential clients; public ones never have the choice. */
  readonly requirePkce: boolean;
}

/** Ours, for operators to decide: a stranger's are ignored like unknown ones (RFC 7591 §2), and each has its usual value. */
const operatorMembers: ReadonlySet<string> = new Set([
  'token_endpoint_auth_method_pinned',
  'profile',
  'require_pkce',
  'access_token_format',
  'refresh_token',
  'consent',
  'minimum_acr',
  'protected_resources',
  'id_token_claims',
]);

/** They only name the software (RFC 7591 §2), so that ignoring them breaks no promise. */
const names: ReadonlySet<string> = new Set(['software_id', 'software_version']);

const mostCharactersOfName = 100;

/** Members that promise what is not done here; one that is false asks for nothing. */
const unservedFaults = (document: Document): readonly MetadataFault[] =>
  unreadMembers(document).flatMap((member): MetadataFault[] => {
    const problem = names.has(member) || document[member] === false ? undefined : reasonUnserved(member);
    return problem === undefined ? [] : [{ error: 'invalid_client_metadata', member, problem }];
  });

const isAtHost = (uri: string, hosts: readonly string[]): boolean => {
  const { hostname } = new URL(uri);
  return hosts.some((host) => (host.startsWith('.') ? hostname.endsWith(host) : hostname === host));
};

/** Where the browser would be sent that this installation does not allow. */
function hostFaults({ redirect_uris, post_logout_redirect_uris }: ClientMetadata, hosts: readonly string[]) {
  const foreign = (uris: readonly string[]) => uris.some((uri) => hosts.length > 0 && !isAtHost(uri, hosts));
  const problem = 'name a host at which no client may register itself';
  return [
    ...(foreign(redirect_uris) ? [{ error: 'invalid_redirect_uri' as const, member: 'redirect_uris', problem }] : []),
    ...(foreign(post_logout_redirect_uris)
      ? [{ error: 'invalid_client_metadata' as const, member: 'post_logout_redirect_uris', problem }]
      : []),
  ];
}

function strangerFaults(metadata: ClientMetadata, rules: RegistrationRules): readonly MetadataFault[] {
  const faults: MetadataFault[] = [...hostFaults(metadata, rules.redirectHosts)];
  const fault = (member: string, problem: string) =>
    void faults.push({ error: 'invalid_client_metadata', member, problem });
  const { grant_types: grants, client_name: name = '' } = metadata;
  const denied = grants.filter((grant) => !rules.grantTypes.includes(grant));
  if (denied.length > 0) fault('grant_types', `${denied.join(', ')} is for operators to give`);
  if (name.length > mostCharactersOfName) fault('client_name', `is longer than ${mostCharactersOfName} characters`);
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) fault('client_name', 'holds a character that cannot be seen');
  // No redirect URI proves there of which sector a device is: anybody's could ask for a sub of any.
  if (metadata.subject_type === 'pairwise' && grants.includes(deviceGrantType)) {
    fault('subject_type', 'pairwise does not go with devices, whose sector nothing proves');
  }
  return faults;
}

/** `"` and `\` may not stand in an error_description, nor may what is not ASCII (RFC 6749 §5.2). */
const printable = (text: string): string => text.replaceAll('"', "'").replace(/[^\x20-\x7E]|\\/g, '?');

/** The answer to a document that cannot be registered (RFC 7591 §3.2.2): the code of the first fault, the sentences of all. */
function refusal(faults: readonly MetadataFault[]): OAuthError {
  const sentences = faults.map(({ member, problem }) => `${member} ${problem}`).join('; ');
  return new OAuthError(faults[0]?.error ?? 'invalid_client_metadata', {
    description: `${printable(sentences).slice(0, 1_000)}.`,
  });
}

/** The answer where one member cannot be registered (RFC 7591 §3.2.2). */
export const invalidMember = (member: string, problem: string): OAuthError =>
  refusal([{ error: 'invalid_client_metadata', member, problem }]);

/** The known ones of the scopes that were asked for: a server may register less (RFC 7591 §3.2.1). */
function registeredScope({ scope }: ClientMetadata, { scopes, usualScopes }: RegistrationRules): string {
  const asked = scope.split(' ').filter(isScopeToken);
  return formatScope(asked.length === 0 ? usualScopes : [...new Set(asked)].filter((each) => scopes.includes(each)));
}

/**
 * The metadata of a client that registers itself (RFC 7591 §2, §3.1), with every default filled in. Unknown members and those that are
 * an operator's to set are ignored; those that promise what is not done here are refused.
 * @throws OAuthError invalid_client_metadata, invalid_redirect_uri
 */
export function readRegistration(document: Document, rules: RegistrationRules): ClientMetadata {
  const own = Object.fromEntries(Object.entries(document).filter(([member]) => !operatorMembers.has(member)));
  const { metadata, faults } = readClientMetadata(own);
  const unserved = unservedFaults(own);
  if (!metadata || unserved.length > 0) throw refusal([...faults, ...unserved]);
  const beyond = [...strangerFaults(metadata, rules), ...unservableFaults(metadata, rules)];
  if (beyond.length > 0) throw refusal(beyond);
  return { ...metadata, scope: registeredScope(metadata, rules), require_pkce: rules.requirePkce };
}

/** A replacement names its client, and may name its secret: neither is metadata (RFC 7592 §2.2). */
export interface Replacement {
  /** Undefined where the request names none. */
  readonly secret: string | undefined;
  readonly document: Document;
}

/**
 * Takes client_id and client_secret out of a replacement (RFC 7592 §2.2).
 * @throws OAuthError invalid_client_metadata where it names another client, or no text as secret
 */
export function readReplacement({ client_id, client_secret, ...document }: Document, clientId: string): Replacement {
  if (client_id !== clientId) throw invalidMember('client_id', 'is not that of the registration');
  if (client_secret === undefined || client_secret === null) return { secret: undefined, document };
  if (typeof client_secret !== 'string') throw invalidMember('client_secret', 'is not a string');
  return { secret: client_secret, document };
}

/**
 * A client keeps its sector: under a `sub` of another one it would know people whom it has met as strangers, or as another sector knows
 * them (OIDC Core §8.1, §12.2).
 * @throws OAuthError invalid_client_metadata
 */
export function assertSameSector(before: ClientMetadata, after: ClientMetadata): void {
  const [from, to] = [sectorOf(before), sectorOf(after)];
  if (from === to) return;
  const problem = 'would change, and with it every sub: register another client';
  throw invalidMember(from === undefined || to === undefined ? 'subject_type' : 'sector_identifier_uri', problem);
}

/** A client as it is told to itself (RFC 7591 §3.2.1, RFC 7592 §3). */
export interface ClientInformation {
  readonly clientId: string;
  readonly metadata: ClientMetadata;
  readonly createdAt: Date;
  /** Told where it was just made. */
  readonly secret?: string | undefined;
  readonly registrationAccessToken: string;
  readonly registrationClientUri: string;
}

/** The client information response (RFC 7591 §3.2.1, RFC 7592 §3): all that is registered, defaults included. */
export function clientInformation(client: ClientInformation): Readonly<Record<string, unknown>> {
  const told = Object.entries(client.metadata).filter(
    ([member]) =>
      member === 'software_statement' || (clientMetadataMembers.has(member) && !operatorMembers.has(member)),
  );
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1000),
    ...(client.secret === undefined ? {} : { client_secret: client.secret, client_secret_expires_at: 0 }),
    registration_access_token: client.registrationAccessToken,
    registration_client_uri: client.registrationClientUri,
    ...Object.fromEntries(told),
  };
}
