import { hmacSha256 } from '../../crypto/digest.js';
import type { HashingTurn } from '../../crypto/hashing-queue.js';
import { addressBlock } from '../../protocol/address-block.js';
import type { DelayingCounter, FailureCounter, FailureStates, PacedCounter } from '../../storage/sign-in-failures.js';
import type { Idp } from '../deps.js';
import type { SentForm } from '../interaction/step.js';
import { claimsToBeKnown } from './known-browser.js';

/** As people type it and as it is counted: two spellings that find the same account are one identifier. */
export const normalizeIdentifier = (typed: string): string => typed.trim().normalize('NFC').toLowerCase();

/** An attempt as it is counted: as a stranger's, or as one from a browser that signed in to the account before. */
export interface CountedAttempt {
  readonly identifier: string;
  readonly turn: HashingTurn;
  /** All failures of the address block, over all identifiers. */
  readonly address: PacedCounter;
  /** The first is the narrow one: attempts that share it are judged one after another. */
  readonly counters: readonly [DelayingCounter, ...DelayingCounter[]];
}

export interface SignInAttempt {
  readonly stranger: CountedAttempt;
  /** Null where the browser does not even claim to be known; whether it is can only be said when the account is found. */
  readonly known: CountedAttempt | null;
}

/**
 * Under which names an attempt is counted. By what was typed and not by account, or two identifiers that share a delay would
 * be known to be one person's. A known browser is counted by itself alone, so that strangers cannot lock the owner out.
 */
export function attemptOf(idp: Idp, { visit, form, asked }: SentForm): SignInAttempt {
  const identifier = normalizeIdentifier(form.get('identifier') ?? '');
  const block = addressBlock(asked.address ?? '');
  const keyOf = (...name: string[]): string => hmacSha256(idp.failureKey, ...name).toString('hex');
  const counter = (delays: readonly number[], ...name: string[]): DelayingCounter => ({ key: keyOf(...name), delays });
  const { freeFailures: most, forgiveEvery: every } = idp.config.signIn.address;
  const address: PacedCounter = { key: keyOf('address block', block), most, every };
  const { narrow, wide } = idp.delays;
  const stranger = [counter(narrow, 'address', identifier, block), counter(wide, 'identifier', identifier)] as const;
  const known = [counter(narrow, 'browser', identifier, visit.browser)] as const;
  return {
    stranger: { identifier, address, turn: { block, known: false }, counters: [...stranger] },
    known: claimsToBeKnown(visit) ? { identifier, address, turn: { block, known: true }, counters: [...known] } : null,
  };
}

/** Milliseconds by which a delay may be cut short: the clocks of several processes are never quite the same. */
const clockSlack = 100;

const delayBy = (counters: readonly FailureCounter[], failures: FailureStates, now: Date): Date | null => {
  const until = Math.max(...counters.map(({ key }) => failures[key]?.blockedUntil ?? 0));
  return until > now.getTime() + clockSlack ? new Date(until) : null;
};

export interface Delay {
  /** When the attempt may be made again. */
  readonly until: Date;
  /** Whether it is for what others failed from the same address block, at any identifier. */
  readonly byAddress: boolean;
}

/** Under which a failure of the attempt is counted. A known browser is no part of what strangers do from its address block. */
export const countersOf = ({ counters, address, turn }: CountedAttempt): readonly FailureCounter[] =>
  turn.known ? counters : [...counters, address];

/** Null where the attempt may be made now. */
export function delayOf(attempt: CountedAttempt, failures: FailureStates, now: Date): Delay | null {
  const byAddress = attempt.turn.known ? null : delayBy([attempt.address], failures, now);
  const until = byAddress ?? delayBy(attempt.counters, failures, now);
  return until && { until, byAddress: byAddress !== null };
}
