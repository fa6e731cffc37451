/** The JSON types that claims have on the wire (OIDC Core §5.1). */
type ClaimType = 'string' | 'boolean' | 'number' | 'address';

/** Every standard claim about a user and its type (OIDC Core §5.1), by the scope that asks for it (OIDC Core §5.4). */
const claimsByScope = {
  profile: {
    name: 'string',
    family_name: 'string',
    given_name: 'string',
    middle_name: 'string',
    nickname: 'string',
    preferred_username: 'string',
    profile: 'string',
    picture: 'string',
    website: 'string',
    gender: 'string',
    birthdate: 'string',
    zoneinfo: 'string',
    locale: 'string',
    updated_at: 'number',
  },
  email: { email: 'string', email_verified: 'boolean' },
  address: { address: 'address' },
  phone: { phone_number: 'string', phone_number_verified: 'boolean' },
} as const satisfies Record<string, Record<string, ClaimType>>;

/** The members of an address, all of them text (OIDC Core §5.1.1). */
const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'];

/** Published as claims_supported (OIDC Discovery §3). */
export const supportedClaims: readonly string[] = ['sub', ...Object.values(claimsByScope).flatMap(Object.keys)];

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function addressClaim(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const known = Object.entries(value).filter(([member, text]) => addressMembers.includes(member) && isText(text));
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

/** The value when it has the type that its claim must have (OIDC Core §5.1); nothing instead of a blank or a wrong one. */
function ofType(type: ClaimType, value: unknown): unknown {
  if (type === 'address') return addressClaim(value);
  if (type === 'string') return isText(value) ? value : undefined;
  return typeof value === type ? value : undefined;
}

/**
 * The part of a user's claims that a client with these scopes is told (OIDC Core §5.3.2, §5.4). Claims without a value are
 * left out rather than sent as null or blank (OIDC Core §5.3.2).
 */
export function grantedClaims(
  claims: Readonly<Record<string, unknown>>,
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  const granted: Record<string, unknown> = {};
  for (const [scope, types] of Object.entries(claimsByScope)) {
    if (!scopes.includes(scope)) continue;
    for (const [name, type] of Object.entries(types)) {
      const value = ofType(type, claims[name]);
      if (value !== undefined) granted[name] = value;
    }
  }
  return granted;
}
