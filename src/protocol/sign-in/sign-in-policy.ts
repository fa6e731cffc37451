import type { AuthenticationContextClass } from './authentication-context.js';

/**
 * Whether a second factor is asked for where nothing demands one: never; of whoever has set one up, at each sign-in; of everybody
 * (NIST SP 800-63B §4.2).
 */
export const secondFactorPolicies = ['optional', 'when_enrolled', 'required'] as const;
export type SecondFactorPolicy = (typeof secondFactorPolicies)[number];

/** What a sign-in has to amount to of those it names: of everybody, or of who is in one of the groups and goes to one of the clients. */
export interface SignInRule {
  readonly acr: AuthenticationContextClass;
  readonly everyone?: boolean | undefined;
  /** Absent: whatever groups somebody is in. */
  readonly groups?: readonly string[] | undefined;
  /** Absent: to whichever client they go. */
  readonly clients?: readonly string[] | undefined;
}

/** What the operator wants of sign-ins (NIST SP 800-63B §4). */
export interface SignInPolicy {
  readonly secondFactor: SecondFactorPolicy;
  readonly signIn: readonly SignInRule[];
}

/** Who signs in, and where to. */
export interface SignInScene {
  readonly groups: readonly string[];
  /** Undefined where somebody comes to their own account. */
  readonly clientId?: string | undefined;
  /** What the client always needs, as its operator has it. */
  readonly minimumAcr?: AuthenticationContextClass | undefined;
}

const appliesTo = ({ groups, clientId }: SignInScene, rule: SignInRule): boolean =>
  (rule.groups === undefined || rule.groups.some((group) => groups.includes(group))) &&
  (rule.clients === undefined || (clientId !== undefined && rule.clients.includes(clientId)));

/**
 * What a sign-in has to amount to, whatever the client asks for: the strongest of all that applies (NIST SP 800-63B §4). A passkey is
 * demanded as one that has verified its user: `phr` is no level, and stands for two factors here.
 * @returns every class that has to be reached; none where one factor will do
 */
export function demandedClasses(policy: SignInPolicy, scene: SignInScene): readonly AuthenticationContextClass[] {
  const demanded = new Set([
    ...policy.signIn.filter((rule) => appliesTo(scene, rule)).map(({ acr }) => acr),
    scene.minimumAcr,
    policy.secondFactor === 'required' ? 'aal2' : undefined,
  ]);
  if (demanded.has('phr')) return ['aal2', 'phr'];
  return demanded.has('aal2') ? ['aal2'] : [];
}
