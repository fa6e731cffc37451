import { hashToken } from '../../../crypto/digest.js';
import type { ProofEffects } from '../../../storage/sign-in/proofs.js';
import { lookForSecondFactor, type SecondFactorLook } from '../../../storage/sign-in/second-factor-look.js';
import type { Idp } from '../../deps.js';
import type { SentForm } from '../../interaction/step.js';
import { acceptProof } from '../accept-proof.js';
import { type CountedAttempt, countedAttempt, countersOf, strictDelayOf } from '../attempt.js';
import { countFailure, forgivenBy, recordFailure, tellOfDelay } from '../failure.js';
import type { SignInResult } from '../sign-in.js';
import { newTrust } from '../trusted-browser.js';
import { verifyCode } from './verify-code.js';

const mostLooks = 3;

/** A recovery code is for who has not got the app: no browser is trusted for it. */
const trustAskedFor = (idp: Idp, { form, visit, asked }: SentForm, { totpStep }: ProofEffects) =>
  totpStep !== undefined && form.get('trust') === 'yes' ? newTrust(idp, visit.cookies, asked) : undefined;

async function take(idp: Idp, sent: SentForm, attempt: CountedAttempt, challenged: SecondFactorLook['challenged']) {
  const effects = challenged && verifyCode(idp, sent.form, challenged);
  if (!effects) return null;
  const { account } = challenged;
  const trust = trustAskedFor(idp, sent, effects);
  const proof = {
    account,
    amr: ['otp'],
    forgiven: forgivenBy(idp, attempt, account.id),
    effects: { ...effects, ...(trust && { newTrust: trust.stored }) },
  } as const;
  const cookies = await acceptProof(idp, sent.asked, sent.visit, proof);
  return { cookies: cookies && [...cookies, ...(trust ? [trust.cookie] : [])], effects };
}

async function judge(
  idp: Idp,
  userId: string,
  sent: SentForm,
  attempt: CountedAttempt,
  looks = 1,
): Promise<SignInResult> {
  const { visit, asked } = sent;
  const { challenged, failures } = await lookForSecondFactor(idp.sql, {
    userId,
    interactionIdHash: hashToken(visit.interactionId),
    sessionSecretHash: visit.session?.secretHash ?? null,
    failureKeys: countersOf(attempt).map(({ key }) => key),
    now: idp.clock.now(),
  });
  const about = { userId, clientId: visit.clientId };
  // Their account has changed, or they are signed in already: the hub knows what is due.
  if (!challenged) return { kind: 'proven', cookies: [] };
  const delay = strictDelayOf(attempt, failures, idp.clock.now());
  if (delay) return tellOfDelay(idp, delay, about);
  const taken = await take(idp, sent, attempt, challenged);
  if (taken?.cookies) return { kind: 'proven', cookies: taken.cookies };
  // A code that was used meanwhile is found to be so; an account that changed is looked at again.
  if (taken?.effects.totpStep !== undefined && looks < mostLooks) return judge(idp, userId, sent, attempt, looks + 1);
  await countFailure(idp, attempt, failures);
  recordFailure(idp, asked, attempt.turn.block, { ...about, reason: 'wrong_code' });
  return { kind: 'refused' };
}

/**
 * Judges the code of somebody whose first factor is proven. Only who knows the password can fail here, so that all attempts at an account
 * slow each other down: there are but a million codes (NIST SP 800-63B §5.2.2).
 */
export function signInByCode(idp: Idp, userId: string, sent: SentForm): Promise<SignInResult> {
  const attempt = countedAttempt(idp, 'second factor', userId, sent.asked);
  return idp.signInTurns(attempt.narrow.key, attempt.turn.block, () => judge(idp, userId, sent, attempt));
}
