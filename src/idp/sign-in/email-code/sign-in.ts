import { equalInConstantTime, hashToken } from '../../../crypto/digest.js';
import { typedEmailCode } from '../../../protocol/sign-in/email-code.js';
import {
  type AskedEmailCode,
  findEmailCode,
  lookForFailures,
  type TriedEmailCode,
  tryEmailCode,
} from '../../../storage/sign-in/email-codes.js';
import type { CookieToSet } from '../../cookies/cookies.js';
import type { Idp } from '../../deps.js';
import type { SentForm } from '../../interaction/step.js';
import { provenSoFar, type Visit } from '../../interaction/visit.js';
import { acceptProof } from '../accept-proof.js';
import { type CountedAttempt, countedAttempt, countersOf, strictDelayOf } from '../attempt.js';
import { countFailure, forgivenBy, recordFailure, tellOfDelay } from '../failure.js';
import type { SignInResult } from '../sign-in.js';
import { emailCodeHash } from './ask.js';

const place = (idp: Idp, { interactionId }: Visit) => ({
  interactionIdHash: hashToken(interactionId),
  now: idp.clock.now(),
});

/** The code that was asked for in the interaction; null where none was. */
export const askedEmailCode = (idp: Idp, visit: Visit): Promise<AskedEmailCode | null> =>
  findEmailCode(idp.sql, place(idp, visit));

/** `mfa` where the configuration has a password and a code amount to two factors: a mailbox does not by itself (RFC 8176 §2). */
function methodsOf(idp: Idp, visit: Visit, userId: string) {
  const amountsToTwo = idp.config.factors.emailAcr === 'aal2' && provenSoFar(idp, visit, userId).includes('pwd');
  return amountsToTwo ? (['mca', 'mfa'] as const) : (['mca'] as const);
}

async function take(
  idp: Idp,
  { visit, asked }: SentForm,
  attempt: CountedAttempt,
  { account, codeHash }: TriedEmailCode,
  code: string,
): Promise<readonly CookieToSet[] | null> {
  const isRight = equalInConstantTime(emailCodeHash(idp, visit, code), codeHash);
  if (!account || !isRight) return null;
  const effects = { emailCode: codeHash.toString('hex') };
  const amr = methodsOf(idp, visit, account.id);
  return acceptProof(idp, asked, visit, { account, amr, forgiven: forgivenBy(idp, attempt, account.id), effects });
}

async function judge(
  idp: Idp,
  sent: SentForm,
  attempt: CountedAttempt,
  { userId }: AskedEmailCode,
  code: string,
): Promise<SignInResult> {
  const { visit, asked } = sent;
  const failures = await lookForFailures(
    idp.sql,
    countersOf(attempt).map(({ key }) => key),
    idp.clock.now(),
  );
  const about = { userId: userId ?? undefined, clientId: visit.clientId };
  const delay = strictDelayOf(attempt, failures, idp.clock.now());
  if (delay) return tellOfDelay(idp, delay, about);
  const tried = await tryEmailCode(idp.sql, place(idp, visit));
  const cookies = tried && (await take(idp, sent, attempt, tried, code));
  if (cookies) return { kind: 'proven', cookies };
  await countFailure(idp, attempt, failures);
  recordFailure(idp, asked, attempt.turn.block, { ...about, reason: 'wrong_code' });
  return { kind: 'refused' };
}

/**
 * Judges a code that was mailed in the interaction. Whose it is, if it is anybody's, makes no difference to the answer.
 * @param owner who alone may be signed in by it, where their password is proven
 */
export async function signInByEmailCode(idp: Idp, sent: SentForm, owner?: string): Promise<SignInResult> {
  const code = typedEmailCode(sent.form.get('code') ?? '');
  const asked = await askedEmailCode(idp, sent.visit);
  if (code === undefined || !asked || (owner !== undefined && asked.userId !== owner)) return { kind: 'refused' };
  const attempt = countedAttempt(idp, 'email code', asked.countedAs, sent.asked);
  return idp.signInTurns(attempt.narrow.key, attempt.turn.block, () => judge(idp, sent, attempt, asked, code));
}
