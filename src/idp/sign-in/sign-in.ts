import { OverloadedError } from '../../crypto/hashing-queue.js';
import { addressBlock } from '../../protocol/sign-in/sign-in-delay.js';
import { findUserForSignIn } from '../../storage/users.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import type { CookieToSet } from '../interaction/cookies.js';
import type { SentForm } from '../interaction/step.js';
import { acceptProof } from './accept-proof.js';
import { isKnownBrowser } from './known-browser.js';
import type { AuthenticationMethod } from './methods/method.js';
import { normalizeIdentifier, reserveAttempt } from './reserve-attempt.js';

export type SignInResult =
  /** Without cookies a further proof is missing. */
  | { readonly kind: 'proven'; readonly cookies: readonly CookieToSet[] }
  | { readonly kind: 'refused' }
  | { readonly kind: 'delayed'; readonly until: Date };

function countOverload(error: unknown): never {
  if (error instanceof OverloadedError) metrics.signIn({ result: 'overloaded' });
  throw error;
}

/**
 * Unknown, disabled and mistaken take the same path, the same time and the same answer: only the log knows which it was.
 */
export async function signIn(idp: Idp, method: AuthenticationMethod, sent: SentForm): Promise<SignInResult> {
  const { visit, form, asked } = sent;
  const { clientId, browser } = visit;
  const identifier = normalizeIdentifier(form.get('identifier') ?? '');
  const account = await findUserForSignIn(idp.sql, identifier);
  const userId = account?.id;
  const knownBrowser = userId !== undefined && isKnownBrowser(idp, visit, userId) ? { browser, userId } : null;
  const reservation = await reserveAttempt(idp, { identifier, address: asked.address, knownBrowser });
  if (!reservation.allowed) {
    metrics.signIn({ result: 'delayed' });
    idp.log.info('sign in delayed', { user_id: userId, client_id: clientId });
    return { kind: 'delayed', until: reservation.until };
  }
  const turn = { block: addressBlock(asked.address ?? ''), known: knownBrowser !== null };
  const proof = await method.verify(account, form, turn).catch(countOverload);
  const { failureKeys } = reservation;
  const proven = account && proof && { account, amr: method.amr, failureKeys, ...proof };
  const cookies = proven && (await acceptProof(idp, asked, visit, proven));
  if (cookies) return { kind: 'proven', cookies };
  const reason = proven ? 'disabled' : 'wrong_credentials';
  idp.events.record(asked, { type: 'sign_in_failed', userId, clientId, detail: { reason } });
  return { kind: 'refused' };
}
