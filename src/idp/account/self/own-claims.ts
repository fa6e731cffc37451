import { asLanguage } from '../../../pages/view.js';
import { claimFault } from '../../../protocol/claims.js';
import { setOwnClaims } from '../../../storage/people/own-claims.js';
import type { Idp } from '../../deps.js';
import { detailBy, type Owner } from '../owner.js';

/** The claims that people set themselves (OIDC Core §5.1); what gives rights is not among them. */
export const ownClaims = ['name', 'given_name', 'family_name', 'nickname', 'website', 'birthdate', 'locale'] as const;

export type OwnClaim = (typeof ownClaims)[number];

/** A value for each of them; empty where there is none. */
export type OwnClaims = Readonly<Record<OwnClaim, string>>;

export const eachOwnClaim = (textOf: (name: OwnClaim) => string): OwnClaims =>
  Object.fromEntries(ownClaims.map((name) => [name, textOf(name)])) as OwnClaims;

/** Those of all that are kept of somebody. */
export const ownClaimsOf = (claims: Readonly<Record<string, unknown>>): OwnClaims =>
  eachOwnClaim((name) => (typeof claims[name] === 'string' ? claims[name] : ''));

function isFaulty({ config }: Idp, name: OwnClaim, value: string): boolean {
  if (value === '') return false;
  return (
    (name === 'locale' && asLanguage(value) === undefined) ||
    claimFault(name, value, config.claims.scopes) !== undefined
  );
}

/**
 * Keeps what somebody says of themselves from now on: an empty value takes the claim away.
 * @returns the claims that cannot be stored like that: then nothing is changed
 */
export async function saveOwnClaims(
  idp: Idp,
  owner: Owner,
  stored: OwnClaims,
  entered: OwnClaims,
): Promise<readonly OwnClaim[]> {
  const changed = ownClaims.filter((name) => entered[name] !== stored[name]);
  const faulty = changed.filter((name) => isFaulty(idp, name, entered[name]));
  if (faulty.length > 0 || changed.length === 0) return faulty;
  const { asked, userId, sessionId } = owner;
  const removed = changed.filter((name) => entered[name] === '');
  const set = Object.fromEntries(changed.filter((name) => entered[name] !== '').map((name) => [name, entered[name]]));
  const detail = detailBy(owner, { change: 'claims set', claims: changed });
  const now = idp.clock.now();
  await idp.events.recordWith(asked, { type: 'user_changed', userId, sessionId, detail }, (audit) =>
    setOwnClaims(idp.sql, { userId, set, removed, now, audit }),
  );
  return [];
}
