import type { InteractionError } from '../sign-in/next-step.js';

/** What is known of an interaction whose handle could not be redeemed. */
export interface ResumptionFacts {
  readonly failed: boolean;
  readonly redeemedAt: Date | null;
  readonly expiresAt: Date;
  /** The browser that asked is the one that is here. */
  readonly ours: boolean;
  /** The code made at the redemption has not been exchanged. */
  readonly codeUnused: boolean;
  readonly prompts: readonly string[];
}

/** How a visit that does not redeem is answered: like before, with an error for the client (OIDC Core §3.1.2.6), or by a page. */
export type Resumption =
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly error: InteractionError }
  | { readonly kind: 'page'; readonly reason: ResumptionFault };

export type ResumptionFault = 'gone' | 'finished' | 'foreign';

/** Milliseconds in which a browser that asks again (a double click, a lost answer) gets the same answer. */
const repeatable = 10_000;

const page = (reason: ResumptionFault): Resumption => ({ kind: 'page', reason });

/**
 * Why an authorization response is not sent, or sent once more (RFC 6749 §4.1.2). The wrong browser gets a page and burns nothing;
 * but a silent request has no page, and a browser that brings no cookies there has no session that we could see
 * (OIDC Core §3.1.2.6).
 */
export function decideResumption(facts: ResumptionFacts | null, now: Date): Resumption {
  if (!facts) return page('gone');
  const { redeemedAt, failed, ours } = facts;
  if (redeemedAt && (failed || ours)) {
    const again = now.getTime() - redeemedAt.getTime() < repeatable && (failed || facts.codeUnused);
    return again ? { kind: 'repeat' } : page('finished');
  }
  if (facts.expiresAt <= now) return page('gone');
  if (facts.prompts.includes('none')) return { kind: 'refused', error: 'login_required' };
  // In the right browser only the end of its session can be what stood in the way.
  return page(ours ? 'gone' : 'foreign');
}
