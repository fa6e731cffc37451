import { after } from '../../clock.js';
import type { Asked } from '../../http/request/asked.js';
import type { Forgiven } from '../../storage/sign-in/proofs.js';
import { countSignInFailure, type FailureStates } from '../../storage/sign-in/sign-in-failures.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import { type CountedAttempt, countersOf, type Delay, ownCounters } from './attempt.js';

/** Whom an attempt was about, as far as that is known. */
interface About {
  readonly userId: string | undefined;
  readonly clientId: string | undefined;
}

/** An attempt that is not judged: nothing is written. */
export function tellOfDelay(idp: Idp, { until, byAddress }: Delay, { userId, clientId }: About) {
  metrics.signIn({ result: byAddress ? 'address_delayed' : 'delayed' });
  if (byAddress) idp.tellOfAddressDelay(clientId);
  else idp.log.info('sign in delayed', { user_id: userId, client_id: clientId });
  return { kind: 'delayed', until } as const;
}

/** What a success makes good: its own failures, and now and then one of its address block. */
export function forgivenBy(idp: Idp, attempt: CountedAttempt, userId: string): Forgiven {
  const { address, turn } = attempt;
  const forgives = idp.forgivingSuccesses.take(`${turn.block} ${userId}`) === 0;
  return { keys: ownCounters(attempt).map(({ key }) => key), share: forgives ? address : null };
}

/** Counts what has been judged wrong. */
export async function countFailure(idp: Idp, attempt: CountedAttempt, failures: FailureStates): Promise<void> {
  const now = idp.clock.now();
  const expiresAt = after(now, idp.config.signIn.rememberFailures);
  await countSignInFailure(idp.sql, { counters: countersOf(attempt), now, expiresAt });
  const before = ownCounters(attempt).some(({ key }) => failures[key]);
  metrics.signInFailure({ identifier: before ? 'repeated' : 'first' });
}

/**
 * Tells of a failure in log and audit trail. Of one address block's only so many: strangers choose how often they fail, and
 * rows are kept for long. The counters know of all.
 */
export function recordFailure(
  idp: Idp,
  asked: Asked,
  block: string,
  {
    reason,
    ...about
  }: About & { readonly reason: 'wrong_credentials' | 'wrong_code' | 'disabled' | 'unknown_identity' },
): void {
  if (idp.recordedFailures.take(block) === 0) {
    idp.events.record(asked, { type: 'sign_in_failed', ...about, detail: { reason } });
    return;
  }
  metrics.signIn({ result: reason });
  metrics.signInFailureUnrecorded();
}
