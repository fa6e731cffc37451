import type { CustomScopes } from '../claims.js';
import { type ClientMetadata, mayBeImpersonated } from '../client/client-metadata.js';
import {
  type Permission,
  permissionsAllowed,
  permissionsFor,
  permissionsForClaims,
  type StoredConsent,
  withClaimsOfScopes,
} from '../permission.js';
import {
  type AuthenticationContextClass,
  requiredContextClass,
  toldContextClass,
} from '../sign-in/authentication-context.js';
import type { EmailFactor } from '../sign-in/email-code.js';
import {
  type CandidateFacts,
  type ConsentFacts,
  type FactorFacts,
  type GivenProof,
  type InteractionRequest,
  impliedPermissions,
  nextStep,
  provenMethods,
  type SessionFacts,
  type Step,
} from '../sign-in/next-step.js';
import { demandedClasses, type SignInPolicy } from '../sign-in/sign-in-policy.js';
import type { ValidatedAuthorizationRequest } from './authorization-request.js';
import { audienceOf, type ResourceRules } from './resource-indicators.js';

/** Somebody for whom the policy is asked (OIDC Core §2 `sub`). */
export interface PolicySubject {
  readonly userId: string;
  /** Those of their claim of this name. */
  readonly groups: readonly string[];
}

/** What is remembered when it is decided what an authorization request needs next (OIDC Core §3.1.2.3, §3.1.2.4). */
export interface RequestFacts {
  readonly request: ValidatedAuthorizationRequest;
  /** Null where nobody asks but the user, for their own account. */
  readonly clientMetadata: ClientMetadata | null;
  /** What the request is for, where that is known to be something else than an answer to the client (RFC 8628 §3.3). */
  readonly purpose?: 'authorize' | 'device' | 'account';
  /** By the clock that gave `authenticatedAt` and `givenAt`. */
  readonly begunAt: Date;
  /** Who is signed in in this browser. */
  readonly session: (Omit<SessionFacts, 'subject'> & Pick<FactorFacts, 'enrolled'> & PolicySubject) | null;
  readonly enrolmentDeclined?: FactorFacts['enrolmentDeclined'];
  /** Who is signed in was chosen for this very request; known where somebody can choose. */
  readonly accountIsChosen?: boolean;
  /** Others are signed in in this browser, and nobody by whom a request is answered without being asked. */
  readonly othersAreSignedIn?: boolean;
  /** Known where there are pages on which one could be offered. */
  readonly passkeyOffer?: FactorFacts['passkeyOffer'];
  /** Who has given proofs for this request that are not enough yet, and those. */
  readonly candidate?: (Pick<CandidateFacts, 'enrolled'> & PolicySubject) | null;
  readonly proofs?: readonly GivenProof[];
  /** What they allowed this client before. */
  readonly consent: (StoredConsent & Pick<ConsentFacts, 'givenAt'>) | null;
}

/** Which resources and claims there are (RFC 8707 §2, OIDC Core §5.4). */
export interface PermissionRules extends ResourceRules {
  readonly claims: { readonly scopes: CustomScopes };
}

/** … and what a sign-in has to be (NIST SP 800-63B §4.2). */
export interface StepRules extends PermissionRules {
  readonly policy: SignInPolicy;
  readonly factors: { readonly email: EmailFactor };
}

/** What the operator demands of somebody's sign-in for a request (NIST SP 800-63B §4). */
export const demandedFor = (
  { groups }: Pick<PolicySubject, 'groups'>,
  { request, clientMetadata }: Pick<RequestFacts, 'request' | 'clientMetadata'>,
  { policy }: Pick<StepRules, 'policy'>,
): readonly AuthenticationContextClass[] =>
  demandedClasses(policy, {
    groups,
    clientId: clientMetadata === null ? undefined : request.clientId,
    minimumAcr: clientMetadata?.minimum_acr,
  });

const requestedNames = ({ requestedClaims }: ValidatedAuthorizationRequest): readonly string[] =>
  requestedClaims ? [...requestedClaims.userinfo, ...requestedClaims.idToken] : [];

/** What the client asks to be allowed: scopes, by the resources that its token will be for (RFC 8707 §2), and single claims (OIDC Core §5.5). */
export const askedPermissions = (
  request: ValidatedAuthorizationRequest,
  rules: PermissionRules,
): readonly Permission[] => [
  ...permissionsFor(request.scopes, audienceOf(request, rules), rules.resources),
  ...permissionsForClaims(requestedNames(request), request.scopes, rules.claims.scopes),
];

/** What the user has allowed this client so far (OIDC Core §3.1.2.4). */
export const allowedPermissions = (consent: StoredConsent | null, rules: PermissionRules): readonly Permission[] =>
  consent ? permissionsAllowed(consent, rules) : [];

const interactionRequest = (facts: RequestFacts, rules: PermissionRules) => {
  const { request, clientMetadata, begunAt, purpose, accountIsChosen, othersAreSignedIn } = facts;
  return {
    ...request,
    permissions: askedPermissions(request, rules),
    clientMayBeImpersonated: clientMetadata !== null && mayBeImpersonated(clientMetadata, request.redirectUri),
    consentIsImplicit: clientMetadata === null || clientMetadata.consent === 'implicit',
    forDevice: purpose === 'device',
    startedAt: begunAt,
    accountIsChosen,
    othersAreSignedIn,
  } satisfies InteractionRequest;
};

const consentFacts = ({ consent }: RequestFacts, rules: PermissionRules): ConsentFacts | undefined =>
  consent
    ? {
        permissions: withClaimsOfScopes(allowedPermissions(consent, rules), rules.claims.scopes),
        givenAt: consent.givenAt,
      }
    : undefined;

const sessionFacts = ({ session }: RequestFacts): SessionFacts | undefined =>
  session ? { ...session, subject: session.userId } : undefined;

const candidateFacts = (facts: RequestFacts, rules: StepRules, now: Date): CandidateFacts | undefined => {
  const { candidate, proofs = [] } = facts;
  if (!candidate) return undefined;
  const { userId: subject, enrolled } = candidate;
  const proven = provenFor(subject, { ...facts, proofs }, rules, now);
  return { subject, enrolled, demanded: demandedFor(candidate, facts, rules), proven };
};

/** The step that is due (OIDC Core §3.1.2.3, §3.1.2.4), from what is remembered. */
export const dueStep = (facts: RequestFacts, rules: StepRules, now: Date): Step =>
  nextStep(
    interactionRequest(facts, rules),
    sessionFacts(facts),
    {
      enrolled: facts.session?.enrolled ?? [],
      demanded: facts.session ? demandedFor(facts.session, facts, rules) : [],
      enrolmentDeclined: facts.enrolmentDeclined,
      passkeyOffer: facts.passkeyOffer,
      candidate: candidateFacts(facts, rules, now),
      policy: rules.policy.secondFactor,
      email: rules.factors.email,
    },
    consentFacts(facts, rules),
    now,
  );

/** What the client gets although the user was never asked (OIDC Core §3.1.2.4). */
export const impliedFor = (facts: RequestFacts, rules: PermissionRules): readonly Permission[] =>
  impliedPermissions(interactionRequest(facts, rules), consentFacts(facts, rules));

/** How a user has been proven up to now, by the session and by what was proven for this request (NIST SP 800-63B §4.2.3). */
export const provenFor = (
  userId: string,
  facts: RequestFacts & { readonly proofs: readonly GivenProof[] },
  rules: PermissionRules,
  now: Date,
): readonly string[] => provenMethods(userId, interactionRequest(facts, rules), sessionFacts(facts), facts.proofs, now);

/** What a code's authorization grant comes from (OIDC Core §2 `auth_time`, `amr`, `acr`). */
interface AnsweringSession {
  readonly id: string;
  readonly userId: string;
  readonly authTime: Date;
  readonly amr: readonly string[];
}

/**
 * What a request has come to in a session in which nothing is due (OIDC Core §2, §5.5): times in milliseconds since the epoch. Where an
 * `acr` is essential it is one of those asked for (OIDC Core §5.5.1.1).
 */
export function signedInOutcome(
  { scopes, acrValues, essentialAcr, requestedClaims }: ValidatedAuthorizationRequest,
  { id: sessionId, userId, authTime, amr }: AnsweringSession,
) {
  const acr = (essentialAcr && requiredContextClass(acrValues, amr)) || toldContextClass(acrValues, amr);
  const claims = requestedClaims && { requestedClaims };
  return { sessionId, userId, authTime: authTime.getTime(), amr, acr, scopes, ...claims };
}

/**
 * The moment of a request that is decided upon as soon as it comes (OIDC Core §3.1.2.1): all that is remembered was before it,
 * so that a session is no answer to its prompt=login, whatever became of the clock in between.
 */
export const momentAfter = ({ session, consent }: Pick<RequestFacts, 'session' | 'consent'>): Date =>
  new Date(Math.max(session?.authenticatedAt.getTime() ?? 0, consent?.givenAt.getTime() ?? 0) + 1);
