import { openidScopes } from './scope.js';

/** What values a claim may have (OIDC Core §5.1); `any` is a claim of the installation's own. */
type ClaimType = 'text' | 'url' | 'date' | 'flag' | 'number' | 'address' | 'texts' | 'any';

/** Every standard claim about a user and its type (OIDC Core §5.1), by the scope that asks for it (OIDC Core §5.4). */
const claimsByScope: Readonly<Record<string, Readonly<Record<string, ClaimType>>>> = {
  profile: {
    name: 'text',
    family_name: 'text',
    given_name: 'text',
    middle_name: 'text',
    nickname: 'text',
    preferred_username: 'text',
    profile: 'url',
    picture: 'url',
    website: 'url',
    gender: 'text',
    birthdate: 'date',
    zoneinfo: 'text',
    locale: 'text',
    updated_at: 'number',
  },
  email: { email: 'text', email_verified: 'flag' },
  address: { address: 'address' },
  phone: { phone_number: 'text', phone_number_verified: 'flag' },
};

/** Claims that no scope of OpenID Connect asks for, but that have a type of their own (RFC 9068 §2.2.3.1). */
const furtherTypes: Readonly<Record<string, ClaimType>> = { groups: 'texts', roles: 'texts', entitlements: 'texts' };

const types: ReadonlyMap<string, ClaimType> = new Map(
  [...Object.values(claimsByScope), furtherTypes].flatMap((claims) => Object.entries(claims)),
);

const standardClaims: readonly string[] = Object.values(claimsByScope).flatMap(Object.keys);

/** Claims that say something of a token or a sign-in (RFC 7519 §4.1, OIDC Core §2, RFC 9068 §2.2): never what somebody set. */
const protocolClaims: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'typ', 'auth_time', 'nonce', 'acr', 'amr', 'azp', 'sid'],
  ...['at_hash', 'c_hash', 's_hash', 'cnf', 'act', 'may_act', 'client_id', 'scope', 'grant_id', 'events', 'sub_jwk'],
  ...['_claim_names', '_claim_sources', '__proto__'],
]);

/** Whether a claim belongs to the protocol (RFC 7519 §4.1, OIDC Core §2): it can be neither mapped to a scope nor given to a user. */
export const isProtocolClaim = (name: string): boolean => protocolClaims.has(name);

/** Whether a claim can be called so: printable, without space, quote and backslash, like a scope (RFC 6749 §3.3). */
export const isClaimName = (name: string): boolean => /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/.test(name);

/** Scopes that an installation adds to those of OIDC Core §5.4, each with the claims that it asks for. */
export type CustomScopes = Readonly<Record<string, readonly string[]>>;

/** Scopes that are about the user or ask for a refresh token (OIDC Core §5.4, §11): no resource owns them. */
export const userScopes = (custom: CustomScopes): readonly string[] => [...openidScopes, ...Object.keys(custom)];

/** What can be told of a user beside `sub` (OIDC Core §5.1), and what the installation adds. */
export const knownClaims = (custom: CustomScopes): readonly string[] => [
  ...new Set([...standardClaims, ...Object.values(custom).flat()]),
];

/** Published as claims_supported (OIDC Discovery §3). */
export const supportedClaims = (custom: CustomScopes): readonly string[] => ['sub', ...knownClaims(custom)];

const claimNames: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(claimsByScope).map(([scope, claims]) => [scope, Object.keys(claims)]),
);

/** The claims that scopes ask for (OIDC Core §5.4). */
export const claimsOfScopes = (scopes: readonly string[], custom: CustomScopes): readonly string[] => [
  ...new Set(
    scopes.flatMap(
      (scope) => claimNames.get(scope) ?? (Object.hasOwn(custom, scope) ? (custom[scope] as readonly string[]) : []),
    ),
  ),
];

/** A claim stays with the client as long as it is registered for a scope that asks for it (OIDC Core §5.4, §5.5). */
export const limitClaimsToRegistration = (
  names: readonly string[],
  registered: readonly string[],
  custom: CustomScopes,
): readonly string[] => {
  const tellable = claimsOfScopes(registered, custom);
  return names.filter((name) => tellable.includes(name));
};

/** The members of an address, all of them text (OIDC Core §5.1.1). */
const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'];

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function addressClaim(value: unknown): Record<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  const known = Object.entries(value).filter(([member, text]) => addressMembers.includes(member) && isText(text));
  return known.length > 0 ? (Object.fromEntries(known) as Record<string, string>) : undefined;
}

const isListOfTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** The value when it has the type that its claim must have (OIDC Core §5.1); nothing instead of a blank or a wrong one. */
function ofType(type: ClaimType, value: unknown): unknown {
  switch (type) {
    case 'address':
      return addressClaim(value);
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'texts':
      return isListOfTexts(value) ? value : undefined;
    case 'any':
      return value === null || (typeof value === 'string' && !isText(value)) ? undefined : value;
    default:
      return isText(value) ? value : undefined;
  }
}

/**
 * The part of a user's claims that somebody is told (OIDC Core §5.3.2). Claims without a value are left out rather than sent as
 * null or blank.
 * @param names those that may be told, by scope or one by one
 */
export const toldClaims = (
  claims: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> => {
  const told: [name: string, value: unknown][] = [];
  for (const name of names) {
    const value = Object.hasOwn(claims, name) ? ofType(types.get(name) ?? 'any', claims[name]) : undefined;
    if (value !== undefined) told.push([name, value]);
  }
  return Object.fromEntries(told);
};

interface ClaimRule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const isUrl = (value: unknown): boolean =>
  isText(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

const isAddress = (value: unknown): boolean =>
  isRecord(value) &&
  Object.keys(value).length > 0 &&
  Object.keys(addressClaim(value) ?? {}).length === Object.keys(value).length;

/** What a user can be given, stricter than what is told: what would be left out is refused (OIDC Core §5.1). */
const rules: Readonly<Record<ClaimType, ClaimRule>> = {
  text: { expected: 'a text that is not blank', holds: isText },
  url: { expected: 'an http or https URL', holds: isUrl },
  date: {
    expected: 'a date YYYY-MM-DD, 0000-MM-DD or YYYY',
    holds: (value) => isText(value) && /^\d{4}(-\d{2}-\d{2})?$/.test(value),
  },
  flag: { expected: 'true or false', holds: (value) => typeof value === 'boolean' },
  number: { expected: 'a number', holds: (value) => typeof value === 'number' },
  address: { expected: `an object with texts out of ${addressMembers.join(', ')}`, holds: isAddress },
  texts: { expected: 'a list of texts', holds: isListOfTexts },
  any: { expected: 'a value that is not blank', holds: (value) => ofType('any', value) !== undefined },
};

/** Characters that a claim's value may have as JSON: it travels in every ID token and userinfo answer. */
const longestValue = 8192;

/** What a database refuses in JSON: NUL, and halves of characters. */
const unstorable = /\\u(0000|d[89a-f])/;

/**
 * What is wrong with a claim that a user is to be given; undefined when nothing is (OIDC Core §5.1).
 * @param custom what the installation adds to the standard claims
 */
export function claimFault(name: string, value: unknown, custom: CustomScopes): string | undefined {
  if (isProtocolClaim(name)) return 'is a claim of the protocol, which nobody can be given';
  if (name === 'updated_at') return 'follows each change of the user by itself';
  if (!knownClaims(custom).includes(name)) return 'is neither a standard claim nor one that claims.scopes names';
  const { expected, holds } = rules[types.get(name) ?? 'any'];
  if (!holds(value)) return `is not ${expected}`;
  const json = JSON.stringify(value);
  if (json.length > longestValue) return `has more than ${longestValue} characters`;
  return unstorable.test(json) ? 'holds a character that cannot be stored' : undefined;
}

/** A claim's value from text (OIDC Core §5.1): as it is where the claim is a text, otherwise JSON, and text where that is none. */
export function claimFromText(name: string, text: string): unknown {
  if (['text', 'url', 'date'].includes(types.get(name) ?? 'any')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
