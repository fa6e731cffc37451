import type { Permission } from '../permission.js';
import {
  type DueEnrolment,
  isBelowDemand,
  isBelowEssential,
  missingAtSignIn,
  missingEnrolment,
  missingProofs,
  type WantedAssurance,
} from './assurance.js';
import {
  type AuthenticationContextClass,
  type AuthenticationMethodReference,
  isPasskey,
  missingMethods,
} from './authentication-context.js';
import { type EmailFactor, emailCodeIsDue } from './email-code.js';
import type { SecondFactorPolicy } from './sign-in-policy.js';

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
  /** Who answers was chosen among the accounts of this browser for this very request. */
  readonly accountIsChosen?: boolean | undefined;
  /** Somebody is signed in in this browser, though nobody by whom a request is answered without being asked. */
  readonly othersAreSignedIn?: boolean | undefined;
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
  /** What the operator demands of whoever is signed in. */
  readonly demanded: readonly AuthenticationContextClass[];
  /** They were asked in this interaction to set something up that the client only wishes for, and said no. */
  readonly enrolmentDeclined?: boolean | undefined;
  readonly passkeyOffer?: PasskeyOffer | undefined;
  /** Somebody who has proven who they are in this interaction, but not enough to be signed in. */
  readonly candidate?: CandidateFacts | undefined;
  readonly policy: SecondFactorPolicy;
  /** Off if nothing is said. */
  readonly email?: EmailFactor | undefined;
}

/**
 * What a browser has to do with the offer of a passkey (WebAuthn Level 3 §5.1.3): it can make one, it has just used one of another
 * device, or whoever sits there wants none. Undefined where it can make none, as far as anybody knows.
 */
export type PasskeyOffer = 'able' | 'wanted' | 'declined';

export interface CandidateFacts {
  readonly subject: string;
  readonly enrolled: readonly AuthenticationMethodReference[];
  readonly demanded: readonly AuthenticationContextClass[];
  /** How they have been proven up to now. */
  readonly proven: readonly string[];
}

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
  /** `again`: somebody is signed in already and has to do it once more. `byPasskey`: nothing else will do. */
  | { readonly kind: 'login'; readonly again: boolean; readonly byPasskey?: true }
  /** One of the accounts of this browser is chosen, or another one (OIDC Core §3.1.2.1 `select_account`). */
  | { readonly kind: 'selectAccount' }
  /** The client has sent somebody who wants an account (OIDC Prompt Create §4.1). */
  | { readonly kind: 'signUp' }
  /** Whoever just signed in is asked whether the next time shall be without a password; no is an answer. */
  | { readonly kind: 'offerPasskey' }
  /** A second factor is missing of somebody whose password is proven. */
  | { readonly kind: 'challenge'; readonly subject: string }
  /** A code is mailed to somebody whose password is proven, and who has nothing better. */
  | { readonly kind: 'emailCode'; readonly subject: string }
  /** Nothing more can be asked of somebody who needs more: it is set up on the way, right after a sign-in. */
  | ({ readonly kind: 'enrol'; readonly justSignedIn: boolean } & DueEnrolment)
  /** Somebody whose account is about to be deleted signs in: they may keep it, and get nothing else. */
  | { readonly kind: 'keepAccount'; readonly deleteAfter: Date }
  | { readonly kind: 'consent'; readonly newPermissions: readonly Permission[] }
  /** Somebody entered the code that a device shows, and says whether it may have what it asks for. */
  | { readonly kind: 'confirmDevice'; readonly newPermissions: readonly Permission[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly error: InteractionError };

const refused = (error: InteractionError): Step => ({ kind: 'refused', error });

/** Whether somebody signed in after the interaction began. */
const signedInFor = ({ startedAt }: InteractionRequest, { authenticatedAt }: SessionFacts): boolean =>
  authenticatedAt >= startedAt;

/**
 * Whether the session is good enough for the request. Whoever signed in after the interaction began has answered
 * prompt=login, prompt=select_account, prompt=create and any max_age: derived, so that no step can be skipped and none is asked twice.
 * prompt=select_account is answered by a choice as well.
 */
function authenticationIsDue(request: InteractionRequest, session: SessionFacts, now: Date): boolean {
  if (signedInFor(request, session)) return false;
  if (['login', 'create'].some((prompt) => request.prompts.includes(prompt))) return true;
  if (request.prompts.includes('select_account') && !request.accountIsChosen) return true;
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

/** Whether the request is for somebody else alone (OIDC Core §3.1.2.1, §5.5.1). */
export const isOtherUser = (
  { hintedSubject, requestedSubjects }: Pick<InteractionRequest, 'hintedSubject' | 'requestedSubjects'>,
  { subject }: Pick<SessionFacts, 'subject'>,
): boolean =>
  (hintedSubject !== undefined && hintedSubject !== subject) || requestedSubjects?.includes(subject) === false;

/** Whether an account is chosen before anybody proves anything (OIDC Core §3.1.2.1 `select_account`). */
const choosesAccount = (
  { prompts, accountIsChosen, othersAreSignedIn }: InteractionRequest,
  session: SessionFacts | undefined,
): boolean =>
  !accountIsChosen && (prompts.includes('select_account') || (session === undefined && othersAreSignedIn === true));

type Methods = readonly AuthenticationMethodReference[];

const wantedOf = (
  { acrValues, essentialAcr }: InteractionRequest,
  { demanded }: Pick<FactorFacts, 'demanded'>,
): WantedAssurance => ({ acrValues, essentialAcr, demanded });

/** What is asked of somebody who can prove more: a code where they have an app, or else another sign-in. */
function stepUp(methods: Methods, subject: string, again: boolean): Step {
  if (methods.includes('otp')) return { kind: 'challenge', subject };
  return { kind: 'login', again, ...(methods.every(isPasskey) ? { byPasskey: true } : {}) };
}

/** The second half of a sign-in whose first is done; undefined where nobody is in the middle of one. */
function stepOfCandidate(request: InteractionRequest, { candidate, policy, email }: FactorFacts): Step | undefined {
  if (!candidate) return undefined;
  const { subject, proven, enrolled } = candidate;
  const missing = missingAtSignIn(wantedOf(request, candidate), policy, proven, enrolled);
  if (missing.length > 0) return stepUp(missing, subject, false);
  return emailCodeIsDue(email, proven, enrolled) ? { kind: 'emailCode', subject } : undefined;
}

/** The second factors of theirs that somebody has not proven: until then they set up nothing that would stand in for those. */
const unprovenFactors = ({ amr }: SessionFacts, { enrolled }: FactorFacts): Methods =>
  missingMethods('aal2', amr, enrolled);

/**
 * What a session lacks (RFC 9470 §4). Only what is missing is asked for: whoever set up a second factor after the session began is
 * asked at the next sign-in, unless more is demanded. Something is set up after all else has been proven, and after a sign-in for this
 * very request.
 */
function strongerSignIn(request: InteractionRequest, session: SessionFacts, factors: FactorFacts): Step | undefined {
  const { enrolled, enrolmentDeclined } = factors;
  const wanted = wantedOf(request, factors);
  const missing = missingProofs(wanted, session.amr, enrolled);
  if (missing.length > 0) return stepUp(missing, session.subject, true);
  const enrolment = missingEnrolment(wanted, session.amr, enrolled);
  if (!enrolment || (enrolment.mayDecline && enrolmentDeclined)) return undefined;
  const unproven = unprovenFactors(session, factors);
  if (unproven.length > 0) return stepUp(unproven, session.subject, true);
  const justSignedIn = signedInFor(request, session);
  return justSignedIn || enrolment.mayDecline
    ? { kind: 'enrol', justSignedIn, ...enrolment }
    : { kind: 'login', again: true };
}

/** With prompt=none a session that is not what it has to be has failed (OIDC Core §3.1.2.6); a wish is passed over (§5.5.1). */
function silentError(
  request: InteractionRequest,
  session: SessionFacts,
  factors: FactorFacts,
): InteractionError | undefined {
  const wanted = wantedOf(request, factors);
  const isBelow = isBelowDemand(wanted, session.amr);
  if (!isBelow && !isBelowEssential(wanted, session.amr)) return undefined;
  if (missingProofs(wanted, session.amr, factors.enrolled).length > 0) return 'login_required';
  return isBelow ? 'interaction_required' : 'unmet_authentication_requirements';
}

/** Right after a sign-in with a password of somebody who has no passkey, or with one that is not on this device. */
function passkeyOfferIsDue(request: InteractionRequest, session: SessionFacts, factors: FactorFacts): boolean {
  if (!signedInFor(request, session) || unprovenFactors(session, factors).length > 0) return false;
  const { amr } = session;
  const { enrolled, passkeyOffer } = factors;
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
 * (OIDC Core §3.1.2.6), and so is a hint that names another user than the one who just signed in (OIDC Core §3.1.2.1). Somebody who
 * is about to become another user than the session's goes on with that.
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
  const unfinished = stepOfCandidate(request, factors);
  if (session === undefined || other || authenticationIsDue(request, session, now)) {
    if (silent || (session !== undefined && signedInFor(request, session))) return refused('login_required');
    if (unfinished) return unfinished;
    if (request.prompts.includes('create')) return { kind: 'signUp' };
    if (choosesAccount(request, session)) return { kind: 'selectAccount' };
    return { kind: 'login', again: session !== undefined && !other };
  }
  if (!silent && unfinished && factors.candidate?.subject !== session.subject) return unfinished;
  const error = silent ? silentError(request, session, factors) : undefined;
  if (error) return refused(error);
  const stronger = silent ? undefined : strongerSignIn(request, session, factors);
  if (stronger) return stronger;
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
