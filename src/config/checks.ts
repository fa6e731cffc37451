import { claimFault, knownClaims, userScopes } from '../protocol/claims.js';
import { isScopeToken, openidScopes } from '../protocol/scope.js';
import { identifierKey } from '../protocol/sign-in/identifiers.js';
import { allResources, resourceOfRs, rolesInNeedOf, type ServingRole } from './configuration.js';
import type { Fault } from './faults.js';
import { addressOf } from './identity-providers.js';
import { isLoopbackHost } from './loopback.js';
import { contrastFaults } from './palette.js';
import type { FileSections } from './schema.js';
import type { Path } from './tree.js';

/** The sections that are right by themselves; those with faults are left out, and checked once those are mended. */
export type ValidSections = { [Section in keyof FileSections]?: FileSections[Section] | undefined };

const fault = (path: Path, problem: string): Fault => ({ path, problem });

const repeated = <T>(items: readonly T[]): readonly number[] =>
  items.flatMap((item, index) => (items.indexOf(item) < index ? [index] : []));

function* resourceFaults({ resources = [], default_resource, rs, public_urls }: ValidSections): Generator<Fault> {
  const identifiers = resources.map(({ identifier }) => identifier);
  const [own] = allResources({ public_urls });
  for (const [index, { scopes }] of resources.entries()) {
    const taken = scopes.find((scope) => own?.scopes.includes(scope));
    if (taken) yield fault(['resources', index, 'scopes'], `${taken} is a scope of the account API; expected others`);
  }
  const taken = identifiers.indexOf(own?.identifier ?? '');
  if (taken >= 0) yield fault(['resources', taken, 'identifier'], 'is the account API, which is there anyway');
  for (const index of repeated(identifiers)) yield fault(['resources', index, 'identifier'], 'is declared twice');
  if (default_resource !== undefined && !identifiers.includes(default_resource)) {
    yield fault(['default_resource'], `is not among resources: ${identifiers.join(', ') || 'none'}`);
  }
  if (rs?.resource !== undefined && !identifiers.includes(rs.resource)) {
    yield fault(['rs', 'resource'], `is not among resources: ${identifiers.join(', ') || 'none'}`);
  }
}

/** A scope is about the user or a resource's, never both: what a user is asked would have two meanings. */
function* claimFaults({ claims, ...sections }: ValidSections): Generator<Fault> {
  for (const scope of Object.keys(claims?.scopes ?? {})) {
    const path = ['claims', 'scopes', scope];
    const owner = allResources(sections).find(({ scopes }) => scopes.includes(scope));
    if (!isScopeToken(scope)) yield fault(path, 'is no scope: printable characters without space, quote or backslash');
    if (openidScopes.includes(scope)) yield fault(path, 'is a scope of OpenID Connect; expected a name of your own');
    if (owner) yield fault(path, `is a scope of the resource ${owner.identifier}; expected a name of its own`);
  }
}

/** A misspelt name would never get into an ID token, and nobody would hear of it. */
function* idTokenClaimFaults({ clients = [], claims }: ValidSections): Generator<Fault> {
  if (!claims) return;
  const known = knownClaims(claims.scopes);
  for (const [index, { id_token_claims: names }] of clients.entries()) {
    const unknown = Array.isArray(names) ? names.filter((name) => !known.includes(String(name))) : [];
    if (unknown.length > 0) {
      yield fault(['clients', index, 'id_token_claims'], `no scope asks for ${unknown.join(', ')}`);
    }
  }
}

const knownScopes = (claims: FileSections['claims'], sections: ValidSections): ReadonlySet<string> =>
  new Set([...userScopes(claims.scopes), ...allResources(sections).flatMap(({ scopes }) => scopes)]);

function* clientFaults({ clients = [], claims, ...sections }: ValidSections): Generator<Fault> {
  for (const index of repeated(clients.map(({ client_id }) => client_id))) {
    yield fault(['clients', index, 'client_id'], 'is declared twice');
  }
  if (!sections.resources || !claims) return;
  const known = knownScopes(claims, sections);
  for (const [index, { scope }] of clients.entries()) {
    const unknown = String(scope ?? '')
      .split(' ')
      .filter((token) => token !== '' && !known.has(token));
    if (unknown.length > 0)
      yield fault(['clients', index, 'scope'], `neither a resource nor claims.scopes knows ${unknown.join(', ')}`);
  }
}

const keyless = (path: Path, alg: string, available: readonly string[]): Fault =>
  fault(path, `found ${alg}, for which signing_keys.algorithms makes no key; expected one of ${available.join(', ')}`);

/** Grant types in which somebody signs in, so that ID tokens are issued. */
const signInTypes: readonly unknown[] = ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'];

/** A client or resource that wants an algorithm without a key would get an error instead of its tokens. */
function* algorithmFaults({ clients = [], resources = [], signing_keys }: ValidSections): Generator<Fault> {
  if (!signing_keys) return;
  const available: readonly string[] = signing_keys.algorithms;
  for (const [index, client] of clients.entries()) {
    const { id_token_signed_response_alg: idTokens = 'RS256', grant_types: types } = client;
    const signsIn = types === undefined || (Array.isArray(types) && types.some((type) => signInTypes.includes(type)));
    const wanted = {
      id_token_signed_response_alg: signsIn ? idTokens : undefined,
      userinfo_signed_response_alg: client.userinfo_signed_response_alg,
      introspection_signed_response_alg: client.introspection_signed_response_alg,
    };
    for (const [member, alg] of Object.entries(wanted)) {
      if (alg === undefined || available.includes(String(alg))) continue;
      yield keyless(['clients', index, member], String(alg), available);
    }
  }
  for (const [index, { access_token_signed_response_alg: alg }] of resources.entries()) {
    if (alg === undefined || available.includes(alg)) continue;
    yield keyless(['resources', index, 'access_token_signed_response_alg'], alg, available);
  }
}

function* userFaults({ users = [], claims }: ValidSections): Generator<Fault> {
  for (const index of repeated(users.map(({ username }) => identifierKey(username)))) {
    yield fault(['users', index, 'username'], 'is declared twice');
  }
  if (!claims) return;
  for (const [index, user] of users.entries()) {
    for (const [name, value] of Object.entries(user.claims)) {
      const problem = claimFault(name, value, claims.scopes);
      if (problem !== undefined) yield fault(['users', index, 'claims', name], problem);
    }
  }
}

/** Browsers refuse any other (WebAuthn Level 3 §5.1.2). */
function* relyingPartyFaults({ webauthn, public_urls }: ValidSections): Generator<Fault> {
  if (webauthn?.rp_id === undefined || public_urls?.idp === undefined) return;
  const { hostname } = new URL(public_urls.idp);
  if (hostname !== webauthn.rp_id && !hostname.endsWith(`.${webauthn.rp_id}`)) {
    yield fault(['webauthn', 'rp_id'], `must be ${hostname}, the host of public_urls.idp, or a domain above it`);
  }
}

/** A frame below another site is shown a cookie only with SameSite=None, which needs Secure (RFC 6265bis §5.7). */
function* sessionManagementFaults({ session_management: isOn, public_urls }: ValidSections): Generator<Fault> {
  if (!isOn || public_urls?.idp === undefined) return;
  const { protocol, hostname } = new URL(public_urls.idp);
  if (protocol === 'http:' && !isLoopbackHost(hostname)) {
    yield fault(['session_management'], 'needs a public_urls.idp with https, or on loopback');
  }
}

function* keyFaults({ signing_keys, key_encryption_keys = [] }: ValidSections): Generator<Fault> {
  for (const index of repeated(key_encryption_keys.map(({ id }) => id))) {
    yield fault(['key_encryption_keys', index, 'id'], 'is declared twice');
  }
  if (signing_keys && signing_keys.publish_lead >= signing_keys.rotation_interval) {
    yield fault(['signing_keys', 'publish_lead'], 'must be shorter than rotation_interval');
  }
}

function* lifetimeFaults({ lifetimes }: ValidSections): Generator<Fault> {
  if (lifetimes && lifetimes.session_idle > lifetimes.session_absolute) {
    yield fault(['lifetimes', 'session_idle'], 'must not be longer than session_absolute');
  }
  if (lifetimes && lifetimes.refresh_token > lifetimes.refresh_token_absolute) {
    yield fault(['lifetimes', 'refresh_token'], 'must not be longer than refresh_token_absolute');
  }
}

function* adminFaults({ admin, http }: ValidSections): Generator<Fault> {
  if (!admin) return;
  const hasToken = (admin.token ?? admin.token_file) !== undefined;
  if (admin.diagnostics && !hasToken) {
    yield fault(['admin', 'diagnostics'], 'needs admin.token_file: a heap snapshot holds keys');
  }
  for (const [role, port] of Object.entries(http?.ports ?? {})) {
    if (port === admin.port && port !== 0) yield fault(['http', 'ports', role], `is also admin.port (${port})`);
  }
}

/** Whoever cannot read a page cannot sign in. */
function* colourFaults({ pages }: ValidSections): Generator<Fault> {
  for (const scheme of ['light', 'dark'] as const) {
    const chosen = Object.fromEntries(Object.entries(pages?.colours[scheme] ?? {}).filter(([, value]) => value));
    for (const { colour, problem } of contrastFaults(scheme, chosen)) {
      yield fault(['pages', 'colours', scheme, colour], problem);
    }
  }
}

function* mailFaults({ mail }: ValidSections): Generator<Fault> {
  if (!mail?.smtp) return;
  const { username, password, password_file } = mail.smtp;
  if (!mail.from) yield fault(['mail', 'from'], 'found nothing; expected the address from which mails are sent');
  if ((username === undefined) !== ((password ?? password_file) === undefined)) {
    yield fault(['mail', 'smtp'], 'found only one of username and password; expected both or neither');
  }
}

function* identityProviderFaults({ identity_providers: providers = [], claims }: ValidSections): Generator<Fault> {
  for (const index of repeated(providers.map(({ id }) => id))) {
    yield fault(['identity_providers', index, 'id'], 'is declared twice');
  }
  const known = claims && knownClaims(claims.scopes);
  for (const [index, provider] of providers.entries()) {
    const { name, issuer } = addressOf(provider);
    const hasSecret = (provider.client_secret ?? provider.client_secret_file) !== undefined;
    const at = (key: keyof typeof provider): Path => ['identity_providers', index, key];
    if (name === undefined) yield fault(at('name'), 'found nothing; expected what its button says');
    if (issuer === undefined) yield fault(at('issuer'), 'found nothing; expected the URL of the provider');
    if (provider.preset && !hasSecret) yield fault(at('client_secret'), 'found none; expected client_secret_file');
    if (provider.preset === 'github' && provider.logout) yield fault(at('logout'), 'GitHub has no such sign-out');
    const unknown = Object.keys(provider.claims ?? {}).filter((claim) => known && !known.includes(claim));
    if (unknown.length > 0) yield fault(at('claims'), `nobody here can have ${unknown.join(', ')}: see claims.scopes`);
  }
}

/** A registration that nobody could pass, or that would be believed of nobody. */
function* clientRegistrationFaults({
  client_registration: registration,
  ...sections
}: ValidSections): Generator<Fault> {
  if (!registration) return;
  const { software_statements: statements, require_software_statement: required } = registration;
  const at = (index: number): Path => ['client_registration', 'software_statements', index];
  for (const index of repeated(statements.map(({ issuer }) => issuer))) yield fault(at(index), 'is declared twice');
  for (const [index, { jwks_uri, jwks, jwks_file }] of statements.entries()) {
    const sources = [jwks_uri, jwks ?? jwks_file].filter((source) => source !== undefined);
    if (sources.length !== 1) yield fault(at(index), 'expected the keys of the issuer: either jwks_uri or jwks_file');
  }
  if (required && statements.length === 0)
    yield fault(['client_registration', 'require_software_statement'], 'needs an issuer in software_statements');
  if (!sections.resources || !sections.claims) return;
  const known = knownScopes(sections.claims, sections);
  const unknown = registration.policy.scopes.filter((scope) => !known.has(scope));
  if (unknown.length > 0)
    yield fault(
      ['client_registration', 'policy', 'scopes'],
      `neither a resource nor claims.scopes knows ${unknown.join(', ')}`,
    );
}

/** Nobody would ever be in a group. */
function* policyFaults({ policy, claims }: ValidSections): Generator<Fault> {
  if (!policy || !claims || knownClaims(claims.scopes).includes('groups')) return;
  for (const [index, { groups }] of policy.sign_in.entries()) {
    if (groups) yield fault(['policy', 'sign_in', index, 'groups'], 'no scope of claims.scopes has the claim groups');
  }
}

/** What two keys say together. */
export const crossFaults = (sections: ValidSections): readonly Fault[] => [
  ...resourceFaults(sections),
  ...claimFaults(sections),
  ...clientFaults(sections),
  ...idTokenClaimFaults(sections),
  ...algorithmFaults(sections),
  ...userFaults(sections),
  ...relyingPartyFaults(sections),
  ...identityProviderFaults(sections),
  ...sessionManagementFaults(sections),
  ...keyFaults(sections),
  ...lifetimeFaults(sections),
  ...adminFaults(sections),
  ...colourFaults(sections),
  ...mailFaults(sections),
  ...policyFaults(sections),
  ...clientRegistrationFaults(sections),
];

/** A role asks for the addresses that it needs, and for those of no role that may not be there at all. */
export function* publicUrlFaults(role: ServingRole, { public_urls }: ValidSections): Generator<Fault> {
  if (!public_urls) return;
  for (const name of ['idp', 'rs', 'spa_rp'] as const) {
    const needy = rolesInNeedOf(name, role);
    if (public_urls[name] === undefined && needy.length > 0) {
      yield fault(['public_urls', name], `found nothing; expected a URL, which ${needy.join(', ')} cannot do without`);
    }
  }
}

/** What the roles on the database cannot do without. */
export function* databaseRoleFaults({ database, key_encryption_keys }: ValidSections): Generator<Fault> {
  if (database && !(database.dsn ?? database.dsn_file ?? database.embedded)) {
    yield fault(['database'], 'found no database; expected dsn_file (production) or embedded (development)');
  }
  if (key_encryption_keys?.length === 0) {
    yield fault(['key_encryption_keys'], 'found none; expected at least one {id, key_file}');
  }
  for (const [index, { key, key_file }] of (key_encryption_keys ?? []).entries()) {
    if (!key && !key_file) yield fault(['key_encryption_keys', index], 'found no key; expected key_file or key');
  }
}

/**
 * What rs cannot do without. Beside the other roles it is there to try them, and where they only sign people in, it has nothing to do.
 * @param alone whether it is the only role of the process
 */
export function* resourceServerFaults(sections: ValidSections, alone: boolean): Generator<Fault> {
  const { rs, resources } = sections;
  if (!rs || !resources) return;
  if (resourceOfRs(sections) === undefined && (alone || resources.length > 0)) {
    yield fault(['rs', 'resource'], 'found nothing; expected the identifier of one of resources');
  }
  if (rs.introspection && !(rs.introspection.client_secret ?? rs.introspection.client_secret_file)) {
    yield fault(['rs', 'introspection'], 'found no secret; expected client_secret_file or client_secret');
  }
}
