import { after } from '../../clock.js';
import { hmacSha256 } from '../../crypto/digest.js';
import { addressBlock } from '../../protocol/address-block.js';
import { reserveSignInAttempt, type SignInCounter, type SignInReservation } from '../../storage/sign-in-failures.js';
import type { Idp } from '../deps.js';

/** As people type it and as it is counted: two spellings that find the same account are one identifier. */
export const normalizeIdentifier = (typed: string): string => typed.trim().normalize('NFC').toLowerCase();

export interface SignInAttempt {
  /** Normalized; one that is nobody's is counted all the same. */
  readonly identifier: string;
  readonly address: string | undefined;
  /** A browser from which this very account signed in before. */
  readonly knownBrowser: { readonly browser: string; readonly userId: string } | null;
}

interface Counters {
  readonly narrow: SignInCounter;
  readonly wide: SignInCounter | null;
}

/**
 * Under which names an attempt is counted. By what was typed and not by account, or two identifiers that share a delay would
 * be known to be one person's. A browser that signed in to the account before is counted by itself alone, so that strangers
 * cannot lock the owner out.
 */
function countersOf(idp: Idp, { identifier, address, knownBrowser }: SignInAttempt): Counters {
  const counter = (delays: readonly number[], ...name: string[]): SignInCounter => ({
    key: hmacSha256(idp.failureKey, ...name),
    delays,
  });
  if (knownBrowser) {
    const { userId, browser } = knownBrowser;
    return { narrow: counter(idp.delays.narrow, 'browser', userId, browser), wide: null };
  }
  return {
    narrow: counter(idp.delays.narrow, 'address', identifier, addressBlock(address ?? '')),
    wide: counter(idp.delays.wide, 'identifier', identifier),
  };
}

export type ReservedAttempt = SignInReservation & { readonly failureKeys: readonly Buffer[] };

/** Counts the attempt as a failure before its password is looked at: twenty guesses at once are twenty failures. */
export async function reserveAttempt(idp: Idp, attempt: SignInAttempt): Promise<ReservedAttempt> {
  const now = idp.clock.now();
  const { narrow, wide } = countersOf(idp, attempt);
  const expiresAt = after(now, idp.config.signIn.rememberFailures);
  const reservation = await reserveSignInAttempt(idp.sql, { narrow, wide, now, expiresAt });
  return { ...reservation, failureKeys: wide ? [narrow.key, wide.key] : [narrow.key] };
}
