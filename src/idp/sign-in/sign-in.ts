import { OverloadedError } from '../../crypto/password.js';
import { findUserForSignIn, type SignInAccount } from '../../storage/users.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import { browserCookie, type CookieToSet } from '../interaction/cookies.js';
import type { SentForm } from '../interaction/step.js';
import { isKnownBrowser, rememberedBrowser } from './known-browser.js';
import type { AuthenticationMethod } from './methods/method.js';
import { normalizeIdentifier, reserveAttempt } from './reserve-attempt.js';
import { type SignIn, startSession } from './session.js';

export type SignInResult =
  | { readonly kind: 'signed-in'; readonly cookies: readonly CookieToSet[] }
  | { readonly kind: 'refused' }
  | { readonly kind: 'delayed'; readonly until: Date };

interface ProvenAccount extends Pick<SignIn, 'methods' | 'effects' | 'failureKeys'> {
  readonly account: SignInAccount;
}

function countOverload(error: unknown): never {
  if (error instanceof OverloadedError) metrics.signIn({ result: 'overloaded' });
  throw error;
}

/** Begins the session, unless the account is disabled. @returns the cookies of a browser that is signed in */
async function begin(
  idp: Idp,
  { visit, asked }: SentForm,
  { account, ...proven }: ProvenAccount,
): Promise<readonly CookieToSet[] | null> {
  if (account.disabledAt) return null;
  const session = await startSession(idp, asked, visit, { userId: account.id, ...proven });
  return session && [session, rememberedBrowser(idp, visit, account.id), browserCookie(idp, visit.browser)];
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
  const proof = await method.verify(account, form).catch(countOverload);
  const proven = { methods: [method.amr], effects: proof?.effects ?? {}, failureKeys: reservation.failureKeys };
  const cookies = account && proof && (await begin(idp, sent, { account, ...proven }));
  if (cookies) return { kind: 'signed-in', cookies };
  const reason = account && proof ? 'disabled' : 'wrong_credentials';
  idp.events.record(asked, { type: 'sign_in_failed', userId, clientId, detail: { reason } });
  return { kind: 'refused' };
}
