import type { Permission } from '../permission.js';
import {
  type AuthenticationMethodReference,
  authenticationContextClass,
  isPasskey,
  missingMethods,
  requiredContextClass,
  wantedContextClass,
} from './authentication-context.js';

/** The part of an authorization request that decides the steps of its interaction (OIDC Core §3.1.2.1). */
export interface InteractionRequest {
  /** What the client asks to be allowed. */
  readonly permissions: readonly Permission[];
  /** `none`, `login`, `consent`, `select_account`, `create`; empty where the request had no prompt. */
  readonly prompts: readonly string[];
  /** Seconds. */
  readonly maxAge?: number | undefined;
  /** What the sign-in should amount to (`acr`), in order of preference. */
  readonly acrValues: readonly string[];
  /** One of them has to be reached (OIDC Core §5.5.1.1). */
  readonly essentialAcr?: boolean | undefined;
  /** Who alone may be the answer (OIDC Core §5.5.1). */
  readonly requestedSubjects?: readonly string[] | undefined;
  /** The `sub` of the id_token_hint, once that has been verified. */
  readonly hintedSubject?: string | undefined;
  /** The client may be another program under its name: the user is asked each time (RFC 8252 §8.6). */
  readonly clientMayBeImpersonated: boolean;
  /** The operator has answered for the client: the user is not asked, unless the request wants it or another program may be asking. */
  readonly consentIsImplicit: boolean;
  /** A device asks, out of this browser's sight: each time, whoever entered its code is asked about it (RFC 8628 §5.4). */
  readonly forDevice?: boolean | undefined;
  /** Compared with {@link SessionFacts.authenticatedAt} and {@link ConsentFacts.givenAt}: one clock has to give all three. */
  readonly startedAt: Date;
}

export interface SessionFacts {
  readonly subject: string;
  /** What the client is told, and what `max_age` is counted from. */
  readonly authTime: Date;
  /** The same moment, by the clock that also says when an interaction began. */
  readonly authenticatedAt: Date;
  /** How the user was proven. */
  readonly amr: readonly string[];
  /** When the account is deleted, where its owner asked for that. */
  readonly deleteAfter?: Date | null | undefined;
}

/** A proof that a user gave in an interaction; one of several where one is not enough. */
export interface GivenProof {
  readonly subject: string;
  readonly amr: AuthenticationMethodReference;
  /** Milliseconds since the epoch; proofs of an earlier release have none. */
  readonly at?: number;
}

/** The ways to prove who they are that a user has set up, whether they were used in this session or not. */
export interface FactorFacts {
  readonly enrolled: readonly AuthenticationMethodReference[];
  readonly passkeyOffer?: PasskeyOffer | undefined;
  /** Somebody who has proven who they are in this interaction, but not enough to be signed in. */
  readonly candidate?: CandidateFacts | undefined;
  readonly policy: SecondFactorPolicy;
}

/**
 * What a browser has to do with the offer of a passkey (WebAuthn Level 3 §5.1.3): it can make one, it has just used one of another
 * device, or whoever sits there wants none. Undefined where it can make none, as far as anybody knows.
 */
export type PasskeyOffer = 'able' | 'wanted' | 'declined';

export interface CandidateFacts {
  readonly subject: string;
  readonly enrolled: readonly AuthenticationMethodReference[];
  /** How they have been proven up to now. */
  readonly proven: readonly string[];
}

/**
 * Whether a second factor is asked for where no client does: never; of whoever has set one up, at each sign-in; of everybody
 * (NIST SP 800-63B §4.2).
 */
export const secondFactorPolicies = ['optional', 'when_enrolled', 'required'] as const;
export type SecondFactorPolicy = (typeof secondFactorPolicies)[number];

/** What the user has allowed this client so far. */
export interface ConsentFacts {
  readonly permissions: readonly Permission[];
  readonly givenAt: Date;
}

/** The errors that end an interaction instead of a code (OIDC Core §3.1.2.6, RFC 6749 §4.1.2.1). */
export type InteractionError =
  | 'login_required'
  | 'consent_required'
  | 'interaction_required'
  | 'access_denied'
  | 'unmet_authentication_requirements';

/** What the client is told when the user says no (RFC 6749 §4.1.2.1). */
export const denial = { error: 'access_denied' } as const satisfies { readonly error: InteractionError };

export type Step =
  /** `again`: somebody is signed in already and has to do it once more. */
  | { readonly kind: 'login'; readonly again: boolean }
  /** The client has sent somebody who wants an account (OIDC Prompt Create §4.1). */
  | { readonly kind: 'signUp' }
  /** Whoever just signed in is asked whether the next time shall be without a password; no is an answer. */
  | { readonly kind: 'offerPasskey' }
  /** A second factor is missing of somebody whose password is proven. */
  | { readonly kind: 'challenge'; readonly subject: string }
  /** Nothing can be asked of somebody who needs a second factor and has none: one is set up on the way. */
  | { readonly kind: 'enrol' }
  /** Somebody whose account is about to be deleted signs in: they may keep it, and get nothing else. */
  | { readonly kind: 'keepAccount'; readonly deleteAfter: Date }
  | { readonly kind: 'consent'; readonly newPermissions: readonly Permission[] }
  /** Somebody entered the code that a device shows, and says whether it may have what it asks for. */
  | { readonly kind: 'confirmDevice'; readonly newPermissions: readonly Permission[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly error: InteractionError };

const refused = (error: InteractionError): Step => ({ kind: 'refused', error });

/**
 * Whether the session is good enough for the request. Whoever signed in after the interaction began has answered
 * prompt=login, prompt=select_account, prompt=create and any max_age: derived, so that no step can be skipped and none is asked twice.
 */
function authenticationIsDue(request: InteractionRequest, session: SessionFacts, now: Date): boolean {
  if (session.authenticatedAt >= request.startedAt) return false;
  if (['login', 'select_account', 'create'].some((prompt) => request.prompts.includes(prompt))) return true;
  return request.maxAge !== undefined && now.getTime() - session.authTime.getTime() > request.maxAge * 1000;
}

/**
 * How a user has been proven so far: by what was given in this interaction, and by the session, which counts as long as the
 * request does not want it renewed (NIST SP 800-63B §4.2.3). What another user proved counts for nothing.
 */
export function provenMethods(
  subject: string,
  request: InteractionRequest,
  session: SessionFacts | undefined,
  proofs: readonly GivenProof[],
  now: Date,
): readonly string[] {
  const counts = session?.subject === subject && !authenticationIsDue(request, session, now);
  return [...(counts ? session.amr : []), ...proofs.filter((proof) => proof.subject === subject).map(({ amr }) => amr)];
}

const isOtherUser = ({ hintedSubject, requestedSubjects }: InteractionRequest, { subject }: SessionFacts): boolean =>
  (hintedSubject !== undefined && hintedSubject !== subject) || requestedSubjects?.includes(subject) === false;

type Methods = readonly AuthenticationMethodReference[];

/** What a user can prove besides, where that is wished for by `acr_values` (RFC 9470 §4) or the policy wants two factors. */
function missing(
  acrValues: readonly string[],
  proven: readonly string[],
  enrolled: Methods,
  wantsTwoFactors: boolean,
): Methods {
  const wish = wantedContextClass(acrValues, [...enrolled, ...proven]);
  return missingMethods(wish === 'aal1' && wantsTwoFactors ? 'aal2' : wish, proven, enrolled);
}

/**
 * What has to be proven besides before a session begins (NIST SP 800-63B §4.2). A user who has set up nothing more is not asked. By
 * policy nobody is asked for a passkey here: it takes the place of the password, and may be on another device.
 */
export const missingAtSignIn = (
  { acrValues }: Pick<InteractionRequest, 'acrValues'>,
  policy: SecondFactorPolicy,
  proven: readonly string[],
  enrolled: Methods,
): Methods => missing(acrValues, proven, enrolled, policy !== 'optional' && enrolled.includes('otp'));

/**
 * What has to be proven besides in a session that goes on (RFC 9470 §4): whoever set up a second factor after it began is asked at the
 * next sign-in, unless everybody needs one.
 */
const missingInSession = (
  { acrValues }: InteractionRequest,
  { amr }: SessionFacts,
  { enrolled, policy }: FactorFacts,
) => missing(acrValues, amr, enrolled, policy === 'required');

/** The second half of a sign-in whose first is done, where it can be done by a code. */
function challengeAtSignIn(
  request: InteractionRequest,
  { candidate, policy }: FactorFacts,
): (Step & { readonly kind: 'challenge' }) | undefined {
  if (!candidate) return undefined;
  const { subject, proven, enrolled } = candidate;
  return missingAtSignIn(request, policy, proven, enrolled).includes('otp')
    ? { kind: 'challenge', subject }
    : undefined;
}

/** Whether the policy wants two factors of somebody who has set up but one (NIST SP 800-63B §4.2). */
const needsToEnrol = ({ amr }: SessionFacts, { policy }: FactorFacts): boolean =>
  policy === 'required' && authenticationContextClass(amr) === 'aal1';

/** Only what is missing is asked for (RFC 9470 §4). */
const stepUp = (methods: Methods, { subject }: SessionFacts): Step =>
  methods.includes('otp') ? { kind: 'challenge', subject } : { kind: 'login', again: true };

/** Whether the sign-in is none of those that it has to be (OIDC Core §5.5.1.1). */
const isTooWeak = ({ essentialAcr, acrValues }: InteractionRequest, { amr }: SessionFacts): boolean =>
  essentialAcr === true && requiredContextClass(acrValues, amr) === undefined;

/** Right after a sign-in with a password of somebody who has no passkey, or with one that is not on this device. */
function passkeyOfferIsDue(
  { startedAt }: InteractionRequest,
  { authenticatedAt, amr }: SessionFacts,
  { enrolled, passkeyOffer }: FactorFacts,
): boolean {
  if (authenticatedAt < startedAt) return false;
  return passkeyOffer === 'wanted' || (passkeyOffer === 'able' && amr.includes('pwd') && !enrolled.some(isPasskey));
}

/** What is asked for and the user has not yet allowed this client (OIDC Core §3.1.2.4). */
const notConsented = (asked: readonly Permission[], consent: ConsentFacts | undefined): readonly Permission[] =>
  asked.filter((text) => !consent?.permissions.includes(text));

function consentIsDue(request: InteractionRequest, consent: ConsentFacts | undefined): boolean {
  const askedAgain = request.prompts.includes('consent') || request.clientMayBeImpersonated;
  if (request.consentIsImplicit && !askedAgain) return false;
  if (consent === undefined || notConsented(request.permissions, consent).length > 0) return true;
  return askedAgain && consent.givenAt < request.startedAt;
}

/** What a client gets on the word of its operator, without the user having allowed it (OIDC Core §3.1.2.4). */
export const impliedPermissions = (
  { permissions, consentIsImplicit }: Pick<InteractionRequest, 'permissions' | 'consentIsImplicit'>,
  consent: ConsentFacts | undefined,
): readonly Permission[] => (consentIsImplicit ? notConsented(permissions, consent) : []);

/**
 * What an interaction needs next, from facts alone (OIDC Core §3.1.2.3, §3.1.2.4): no step is recorded anywhere, so tabs
 * do not disturb each other and the back button cannot skip one. With prompt=none a step that would be due is an error
 * (OIDC Core §3.1.2.6), and so is a hint that names another user than the one who just signed in (OIDC Core §3.1.2.1). The
 * wish for a stronger sign-in never is: with prompt=none the session is taken as it is (OIDC Core §5.5.1). Where it is essential,
 * a sign-in that is not enough has failed (OIDC Core §5.5.1.1). Somebody who is about to become another user than the session's goes on
 * with that.
 */
export function nextStep(
  request: InteractionRequest,
  session: SessionFacts | undefined,
  factors: FactorFacts,
  consent: ConsentFacts | undefined,
  now: Date,
): Step {
  const silent = request.prompts.includes('none');
  const other = session !== undefined && isOtherUser(request, session);
  const challenge = challengeAtSignIn(request, factors);
  if (session === undefined || other || authenticationIsDue(request, session, now)) {
    const justSignedIn = session !== undefined && session.authenticatedAt >= request.startedAt;
    if (silent || justSignedIn) return refused('login_required');
    if (!challenge && request.prompts.includes('create')) return { kind: 'signUp' };
    return challenge ?? { kind: 'login', again: session !== undefined && !other };
  }
  if (!silent && challenge && challenge.subject !== session.subject) return challenge;
  const stronger = missingInSession(request, session, factors);
  if (stronger.length > 0 && !silent) return stepUp(stronger, session);
  const enrols = stronger.length === 0 && needsToEnrol(session, factors);
  if (enrols) return silent ? refused('interaction_required') : { kind: 'enrol' };
  if (isTooWeak(request, session) || (stronger.length > 0 && factors.policy === 'required'))
    return refused(stronger.length > 0 ? 'login_required' : 'unmet_authentication_requirements');
  if (session.deleteAfter)
    return silent ? refused('interaction_required') : { kind: 'keepAccount', deleteAfter: session.deleteAfter };
  if (!silent && passkeyOfferIsDue(request, session, factors)) return { kind: 'offerPasskey' };
  if (request.forDevice) return { kind: 'confirmDevice', newPermissions: notConsented(request.permissions, consent) };
  if (consentIsDue(request, consent)) {
    if (silent) return refused(request.clientMayBeImpersonated ? 'interaction_required' : 'consent_required');
    return { kind: 'consent', newPermissions: notConsented(request.permissions, consent) };
  }
  return { kind: 'done' };
}
