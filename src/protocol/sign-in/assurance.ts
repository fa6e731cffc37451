import {
  type AuthenticationContextClass,
  type AuthenticationMethodReference,
  isEnough,
  isWithinReach,
  knownClasses,
  missingMethods,
  requiredContextClass,
  wantedContextClass,
} from './authentication-context.js';
import type { SecondFactorPolicy } from './sign-in-policy.js';

type Methods = readonly AuthenticationMethodReference[];

/** What a sign-in should amount to, and what it has to (OIDC Core §3.1.2.1, §5.5.1.1, NIST SP 800-63B §4). */
export interface WantedAssurance {
  /** What the client asks for, in order of preference. */
  readonly acrValues: readonly string[];
  /** One of them has to be reached (OIDC Core §5.5.1.1). */
  readonly essentialAcr?: boolean | undefined;
  /** All that the operator demands, by `demandedClasses`. */
  readonly demanded: readonly AuthenticationContextClass[];
}

/**
 * What a user can prove besides with what they have set up (RFC 9470 §4). A passkey does for every class, so that of several lists the
 * shortest is part of the others.
 */
export function missingProofs(
  { acrValues, demanded }: WantedAssurance,
  proven: readonly string[],
  enrolled: Methods,
): Methods {
  const wish = wantedContextClass(acrValues, [...enrolled, ...proven]);
  const lists = [wish, ...demanded].map((wanted) => missingMethods(wanted, proven, enrolled));
  const [shortest = []] = lists.filter(({ length }) => length > 0).sort((one, other) => one.length - other.length);
  return shortest;
}

/**
 * What has to be proven besides before a session begins (NIST SP 800-63B §4.2). A user who has set up nothing more is not asked. By
 * policy nobody is asked for a passkey here: it takes the place of the password, and may be on another device.
 */
export const missingAtSignIn = (
  wanted: WantedAssurance,
  policy: SecondFactorPolicy,
  proven: readonly string[],
  enrolled: Methods,
): Methods => {
  const usual = policy !== 'optional' && enrolled.includes('otp') ? (['aal2'] as const) : [];
  return missingProofs({ ...wanted, demanded: [...wanted.demanded, ...usual] }, proven, enrolled);
};

/** Whether a sign-in is less than the operator demands. */
export const isBelowDemand = ({ demanded }: WantedAssurance, proven: readonly string[]): boolean =>
  !demanded.every((wanted) => isEnough(proven, wanted));

/** Whether a sign-in is none of those that it has to be for the client (OIDC Core §5.5.1.1). */
export const isBelowEssential = ({ essentialAcr, acrValues }: WantedAssurance, proven: readonly string[]): boolean =>
  essentialAcr === true && requiredContextClass(acrValues, proven) === undefined;

/** Something that a user is to set up. */
export interface DueEnrolment {
  /** `phr`: only a passkey will do. */
  readonly wanted: Exclude<AuthenticationContextClass, 'aal1'>;
  /** The client only wishes for it (OIDC Core §5.5.1): no is an answer. */
  readonly mayDecline: boolean;
}

/** Of what a client asks for, the least where all is out of a user's reach (OIDC Core §5.5.1). */
function wishOutOfReach({ acrValues }: WantedAssurance, methods: readonly string[]): 'aal2' | 'phr' | undefined {
  const known = knownClasses(acrValues);
  if (known.length === 0 || known.some((wanted) => isWithinReach(methods, wanted))) return undefined;
  return known.includes('aal2') ? 'aal2' : 'phr';
}

/**
 * What a user has to set up, who has proven all that they can, or should for the client's sake (OIDC Core §5.5.1.1). A client to which
 * less will do lists that, too.
 */
export function missingEnrolment(
  wanted: WantedAssurance,
  proven: readonly string[],
  enrolled: Methods,
): DueEnrolment | undefined {
  const demanded = wanted.demanded.filter((each) => !isEnough(proven, each));
  const wish = wishOutOfReach(wanted, [...proven, ...enrolled]);
  if (demanded.length === 0 && wish === undefined) return undefined;
  return {
    wanted: wish === 'phr' || demanded.includes('phr') ? 'phr' : 'aal2',
    mayDecline: demanded.length === 0 && wanted.essentialAcr !== true,
  };
}
