import { CrowdedError } from '../../cache/turns.js';
import { after } from '../../clock.js';
import { OverloadedError } from '../../crypto/hashing-queue.js';
import { countSignInFailure } from '../../storage/sign-in-failures.js';
import { lookForSignIn } from '../../storage/sign-in-look.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import type { CookieToSet } from '../interaction/cookies.js';
import type { SentForm } from '../interaction/step.js';
import { acceptProof } from './accept-proof.js';
import { attemptOf, type CountedAttempt, delayOf } from './attempt.js';
import { isKnownBrowser } from './known-browser.js';
import type { AuthenticationMethod } from './methods/method.js';

export type SignInResult =
  /** Without cookies a further proof is missing. */
  | { readonly kind: 'proven'; readonly cookies: readonly CookieToSet[] }
  | { readonly kind: 'refused' }
  | { readonly kind: 'delayed'; readonly until: Date };

function countOverload(error: unknown): never {
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
  const inTurn = (counted: CountedAttempt) =>
    idp.signInTurns(counted.counters[0].key, counted.turn.block, () => judge(idp, method, sent, counted));
  try {
    const result = (known && (await inTurn(known))) ?? (await inTurn(stranger));
    if (result === null) throw new Error('a stranger needs no browser that is known');
    return result;
  } catch (error) {
    return countOverload(error);
  }
}

/** @returns null when the attempt is counted as a known browser's, and it is none */
async function judge(
  idp: Idp,
  method: AuthenticationMethod,
  { visit, form, asked }: SentForm,
  counted: CountedAttempt,
): Promise<SignInResult | null> {
  const { counters, identifier, turn } = counted;
  const failureKeys = counters.map(({ key }) => key);
  const { account, failures } = await lookForSignIn(idp.sql, { identifier, failureKeys, now: idp.clock.now() });
  const about = { userId: account?.id, clientId: visit.clientId };
  if (turn.known && !(account && isKnownBrowser(idp, visit, account.id))) return null;
  const until = delayOf(counted, failures, idp.clock.now());
  if (until) {
    metrics.signIn({ result: 'delayed' });
    idp.log.info('sign in delayed', { user_id: about.userId, client_id: about.clientId });
    return { kind: 'delayed', until };
  }
  const proof = await method.verify(account, form, turn);
  const proven = account && proof && { account, amr: method.amr, failureKeys, ...proof };
  const cookies = proven && (await acceptProof(idp, asked, visit, proven));
  if (cookies) return { kind: 'proven', cookies };
  const now = idp.clock.now();
  await countSignInFailure(idp.sql, { counters, now, expiresAt: after(now, idp.config.signIn.rememberFailures) });
  const reason = proven ? 'disabled' : 'wrong_credentials';
  idp.events.record(asked, { type: 'sign_in_failed', ...about, detail: { reason } });
  return { kind: 'refused' };
}
