import { type CustomScopes, claimFault } from '../claims.js';
import type { AuthenticationMethodReference } from './authentication-context.js';
import { isEmailAddress, isUsername } from './identifiers.js';

/** What another provider says of somebody, under its own names (OIDC Core §5.1). */
export type UpstreamClaims = Readonly<Record<string, unknown>>;

/** Somebody as another provider knows them, in the claims that we have (OIDC Core §5.1). */
export interface FederatedProfile {
  /** What an account may be given, but for the address. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** An address that is theirs; null where that is not proven. */
  readonly email: string | null;
}

interface ProfileRules {
  /** Our claims, and the provider's from which each is taken. */
  readonly mapping: Readonly<Record<string, string>>;
  readonly trustsEmail: boolean;
  readonly custom: CustomScopes;
}

/** Some providers write it as a number or a text. */
const isTrue = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true';

const isPlain = (name: string): boolean =>
  name !== 'email' && name !== 'email_verified' && name !== 'preferred_username';

/**
 * The part of a provider's claims that an account here can have (OIDC Core §5.1): what has another form is left out. An address counts
 * only where the provider calls it verified and is believed (OIDC Core §5.7): one that is not proven would keep its owner from using
 * it, and show strangers who has an account.
 */
export function federatedProfile(upstream: UpstreamClaims, rules: ProfileRules): FederatedProfile {
  const upstreamValue = (name: string): unknown => {
    const source = rules.mapping[name];
    return source !== undefined && Object.hasOwn(upstream, source) ? upstream[source] : undefined;
  };
  const claims = Object.keys(rules.mapping)
    .filter((name) => isPlain(name) && claimFault(name, upstreamValue(name), rules.custom) === undefined)
    .map((name) => [name, upstreamValue(name)]);
  const email = upstreamValue('email');
  const isProven = rules.trustsEmail && isTrue(upstreamValue('email_verified'));
  return {
    claims: Object.fromEntries(claims),
    email: isProven && typeof email === 'string' && isEmailAddress(email) ? email : null,
  };
}

/** Characters of what is kept of a claim, so that people know an account at a provider again. */
const longestLabel = 200;

/** By what somebody knows their account at a provider again: its address, or else its name there (OIDC Core §5.1). */
export function identityLabel(upstream: UpstreamClaims, mapping: Readonly<Record<string, string>>): string | null {
  for (const name of ['email', 'preferred_username', 'name']) {
    const value = upstream[mapping[name] ?? name];
    if (typeof value !== 'string') continue;
    const label = [...value.replace(/\p{C}/gu, '').trim()].slice(0, longestLabel).join('');
    if (label !== '') return label;
  }
  return null;
}

const asUsername = (text: unknown): string | undefined => {
  if (typeof text !== 'string') return undefined;
  const [local = ''] = text.normalize('NFC').split('@');
  const name = [...local.replace(/\s+/gu, '.').replace(/[^\p{L}\p{M}\p{N}._-]/gu, '')].slice(0, 48).join('');
  return isUsername(name) ? name : undefined;
};

/**
 * What an account may be called that is created for somebody from a provider (OIDC Core §5.1 `preferred_username`, which is unique over
 * there at most): theirs there, or the local part of their address, or their name.
 */
export function derivedUsername(upstream: UpstreamClaims, mapping: Readonly<Record<string, string>>): string {
  const sources = ['preferred_username', 'email', 'name'].map((name) => upstream[mapping[name] ?? name]);
  return sources.map(asUsername).find((name) => name !== undefined) ?? 'user';
}

/**
 * How somebody was proven who signed in at a provider (RFC 8176 §2). What it says of that (OIDC Core §2 `amr`) counts only where it is
 * believed, and only whether there was more than one factor.
 */
export const federatedMethods = (
  upstream: UpstreamClaims,
  trustsAcr: boolean,
): readonly AuthenticationMethodReference[] => {
  const { amr } = upstream;
  return trustsAcr && Array.isArray(amr) && amr.includes('mfa') ? ['fed', 'mfa'] : ['fed'];
};

/** Seconds that the clocks of a provider and ours may be apart. */
const clockSkew = 60;

/**
 * Whether somebody who was to prove anew who they are did not: the sign-in over there is from before (OIDC Core §2 `auth_time`). Not to
 * be known where the provider does not say.
 * @param since from when on it counts; undefined where any sign-in is good enough
 */
export const isStaleSignIn = ({ auth_time: at }: UpstreamClaims, since: Date | undefined): boolean =>
  since !== undefined && typeof at === 'number' && (at + clockSkew) * 1000 < since.getTime();

/** What is known here of somebody who comes from a provider. */
export interface FederationFacts {
  /** Their identity is linked with an account. */
  readonly isLinked: boolean;
  /** An account has the address that is theirs. */
  readonly addressIsTaken: boolean;
  readonly onUnknown: 'refuse' | 'create';
}

/**
 * What becomes of somebody whom a provider vouches for (OIDC Core §5.7: an address does not identify anybody). An account that has their
 * address is linked only once it has been proven.
 */
export function decideFederation({
  isLinked,
  addressIsTaken,
  onUnknown,
}: FederationFacts): 'sign_in' | 'prove_account' | 'create' | 'refuse' {
  if (isLinked) return 'sign_in';
  if (addressIsTaken) return 'prove_account';
  return onUnknown;
}
