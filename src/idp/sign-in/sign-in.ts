import { CrowdedError } from '../../cache/turns.js';
import { OverloadedError } from '../../crypto/hashing-queue.js';
import type { SignInAccount } from '../../storage/people/users.js';
import { lookForSignIn } from '../../storage/sign-in/sign-in-look.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { CookieToSet } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import type { SentForm } from '../interaction/step.js';
import { acceptProof } from './accept-proof.js';
import { attemptOf, countersOf, countsAsKnown, delayOf, type IdentifiedAttempt } from './attempt.js';
import { countFailure, forgivenBy, recordFailure, tellOfDelay } from './failure.js';
import { isKnownBrowser } from './known-browser.js';
import type { AuthenticationMethod } from './methods/method.js';
import { presentedTrust } from './trusted-browser.js';

export type SignInResult =
  /** Without cookies a further proof is missing. */
  | {
      readonly kind: 'proven';
      readonly cookies: readonly CookieToSet[];
      /** Who typed their password. */
      readonly account?: SignInAccount;
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'delayed'; readonly until: Date };

/** Counts attempts that were turned away unjudged, and passes the error on. */
export function countOverload(error: unknown): never {
  if (error instanceof OverloadedError || error instanceof CrowdedError) metrics.signIn({ result: 'overloaded' });
  throw error;
}

/**
 * Unknown, disabled and mistaken take the same path, the same time and the same answer: only the log knows which it was.
 * Nothing is counted but what was judged.
 * @throws UnavailableError when too many wait already
 */
export async function signIn(idp: Idp, method: AuthenticationMethod, sent: SentForm): Promise<SignInResult> {
  const { stranger, known } = attemptOf(idp, sent);
  const inTurn = (counted: IdentifiedAttempt) =>
    idp.signInTurns(counted.narrow.key, counted.turn.block, () => judge(idp, method, sent, counted));
  try {
    const result = (known && (await inTurn(known))) ?? (await inTurn(stranger));
    if (result === null) throw new Error('a stranger needs no browser that is known');
    return result;
  } catch (error) {
    return countOverload(error);
  }
}

const mostLooks = 3;

/**
 * An account that changed while its password was judged is looked at again: a hash made anew by another sign-in is fine, a
 * password that was replaced is wrong.
 * @returns null when the attempt is counted as a known browser's, and it is none
 */
async function judge(
  idp: Idp,
  method: AuthenticationMethod,
  sent: SentForm,
  attempt: IdentifiedAttempt,
  looks = 1,
): Promise<SignInResult | null> {
  const { visit, form, asked } = sent;
  const { identifier, turn } = attempt;
  const failureKeys = countersOf(attempt).map(({ key }) => key);
  const look = {
    identifier,
    failureKeys,
    likeness: attempt.likeness,
    presentedTrust: presentedTrust(idp, visit.cookies),
  };
  const { account, failures, trustedBrowser, parameters } = await lookForSignIn(idp.sql, {
    ...look,
    now: idp.clock.now(),
  });
  const about = { userId: account?.id, clientId: visit.clientId };
  const now = idp.clock.now();
  if (turn.known && !(account && isKnownBrowser(idp, visit, account) && countsAsKnown(attempt, failures, now)))
    return null;
  const delay = delayOf(idp, attempt, failures, now);
  if (delay) return tellOfDelay(idp, delay, about);
  const proof = await method.verify(account, form, { turn, parameters });
  const proven = proof &&
    account && { account, trustedBrowser, amr: [method.amr], forgiven: forgivenBy(idp, attempt, account.id), ...proof };
  const cookies = proven && (await acceptProof(idp, asked, visit, proven));
  if (cookies) return { kind: 'proven', cookies, account };
  if (proven && !account.disabledAt && looks < mostLooks) return judge(idp, method, sent, attempt, looks + 1);
  await countFailure(idp, attempt, failures);
  recordFailure(idp, asked, turn.block, {
    ...about,
    reason: proven && account.disabledAt ? 'disabled' : 'wrong_credentials',
  });
  return { kind: 'refused' };
}
