import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import { demandedFor } from '../../protocol/authorization/due-step.js';
import { missingAtSignIn } from '../../protocol/sign-in/assurance.js';
import type { AuthenticationMethodReference } from '../../protocol/sign-in/authentication-context.js';
import { emailCodeIsDue } from '../../protocol/sign-in/email-code.js';
import { recordProof } from '../../storage/interactions/interaction-progress.js';
import type { SignInAccount } from '../../storage/people/users.js';
import type { TakenProof } from '../../storage/sign-in/proofs.js';
import { browserCookie, type CookieToSet } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { provenSoFar, type Visit } from '../interaction/visit.js';
import { isKnownBrowser, rememberedBrowser } from './known-browser.js';
import { startSession } from './session.js';

/** An account for which a method was just proven. */
export interface ProvenAccount extends Omit<TakenProof, 'userId' | 'passwordHash'> {
  readonly account: SignInAccount;
  /** By which the account trusts the browser, as far as that was looked for. */
  readonly trustedBrowser?: string | null;
  /** How it was proven, by one method. */
  readonly amr: readonly AuthenticationMethodReference[];
}

/**
 * Begins the session once the proofs amount to what the request wishes for and the account can give. Until then the proof is
 * kept with the interaction, and the hub asks for the next one.
 * @returns the cookies of a browser that is signed in, none while a proof is missing; null when the account is disabled, or is no
 * longer what it was when it was looked at
 */
export async function acceptProof(
  idp: Idp,
  asked: Asked,
  visit: Visit,
  { account, trustedBrowser, amr, ...taken }: ProvenAccount,
): Promise<readonly CookieToSet[] | null> {
  if (account.disabledAt) return null;
  const { id: userId, enrolled, passwordHash } = account;
  const methods = [...provenSoFar(idp, visit, userId), ...amr];
  const wanted = { ...visit.request, demanded: demandedFor(account, visit, idp.config) };
  // In a browser that is trusted only what is demanded or wished for is asked; it stands for no factor (NIST SP 800-63B §4.2).
  const policy = trustedBrowser ? 'optional' : idp.config.policy.secondFactor;
  const missing = [
    ...missingAtSignIn(wanted, policy, methods, enrolled),
    ...(emailCodeIsDue(idp.config.factors.email, methods, enrolled) ? ['mca'] : []),
  ];
  if (missing.length > 0) {
    const now = idp.clock.now();
    const given = amr.map((method) => ({ subject: userId, amr: method, at: now.getTime() }));
    const kept = { interactionIdHash: hashToken(visit.interactionId), proof: { given }, now };
    if (!(await recordProof(idp.sql, { userId, passwordHash, ...taken, ...kept }))) return null;
    idp.log.info('sign in needs a further proof', { user_id: userId, client_id: visit.clientId, missing });
    return [];
  }
  const known = isKnownBrowser(idp, visit, account);
  const effects = { ...taken.effects, ...(trustedBrowser && { trustedBrowser }) };
  const signIn = { userId, passwordHash, methods, isKnownBrowser: known, ...taken, effects };
  const begun = await startSession(idp, asked, visit, signIn);
  return begun && [...begun, rememberedBrowser(idp, visit, account), browserCookie(idp, visit.browser)];
}
