import { hmacSha256 } from '../../crypto/digest.js';
import type { HashingTurn } from '../../crypto/hashing-queue.js';
import type { Asked } from '../../http/request/asked.js';
import { addressBlock } from '../../protocol/address-block.js';
import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import type {
  DelayingCounter,
  FailureCounter,
  FailureStates,
  PacedCounter,
} from '../../storage/sign-in/sign-in-failures.js';
import type { Idp } from '../deps.js';
import type { SentForm } from '../interaction/step.js';
import { claimsToBeKnown } from './known-browser.js';

/** An attempt as it is counted: as a stranger's, or as one from a browser that signed in to the account before. */
export interface CountedAttempt {
  readonly turn: HashingTurn;
  /** All failures of the address block, over all identifiers. */
  readonly address: PacedCounter;
  /** The identifier from this address block, or from this browser. Attempts that share it are judged one after another. */
  readonly narrow: DelayingCounter;
  /** The identifier from all strangers, or from all browsers that are known. */
  readonly wide: DelayingCounter;
}

/** An attempt for which somebody typed who they are. */
export interface IdentifiedAttempt extends CountedAttempt {
  /** As it was typed. */
  readonly identifier: string;
  /** A UUID that stands for the identifier, and says nothing about it without the key. */
  readonly likeness: string;
}

export interface SignInAttempt {
  readonly stranger: IdentifiedAttempt;
  /** Null where the browser does not even claim to be known; whether it is can only be said when the account is found. */
  readonly known: IdentifiedAttempt | null;
}

const uuidOf = (hex: string): string => hex.slice(0, 32).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

const keyOf = (idp: Idp, ...name: string[]): string => hmacSha256(idp.failureKey, ...name).toString('hex');

function addressCounter(idp: Idp, block: string): PacedCounter {
  const { freeFailures: most, forgiveEvery: every } = idp.config.signIn.address;
  return { key: keyOf(idp, 'address block', block), most, every };
}

/**
 * An attempt with something other than a password, counted by what it is about: a credential, of which nobody knows the id but its owner
 * and we, or an account.
 */
export function countedAttempt(
  idp: Idp,
  by: 'passkey' | 'second factor' | 'email code',
  about: string,
  { address }: Asked,
): CountedAttempt {
  const block = addressBlock(address ?? '');
  return {
    turn: { block, known: false },
    address: addressCounter(idp, block),
    narrow: { key: keyOf(idp, `${by} at address`, about, block), delays: idp.delays.narrow },
    wide: { key: keyOf(idp, by, about), delays: idp.delays.wide },
  };
}

/** Stands for somebody in a row, and says nothing about them without the key; hexadecimal. */
export const likenessOf = (idp: Idp, who: string): string => keyOf(idp, 'likeness', who);

/**
 * Under which names an attempt is counted. By what was typed and not by account, or two identifiers that share a delay would
 * be known to be one person's. A known browser is counted by itself alone, so that strangers cannot lock the owner out.
 */
export function attemptOf(idp: Idp, { visit, form, asked }: SentForm): SignInAttempt {
  const identifier = form.get('identifier') ?? '';
  const key = identifierKey(identifier);
  const block = addressBlock(asked.address ?? '');
  const counter = (delays: readonly number[], ...name: string[]): DelayingCounter => ({
    key: keyOf(idp, ...name),
    delays,
  });
  const address = addressCounter(idp, block);
  const likeness = uuidOf(likenessOf(idp, key));
  const { delays } = idp;
  const stranger: IdentifiedAttempt = {
    identifier,
    likeness,
    turn: { block, known: false },
    address,
    narrow: counter(delays.narrow, 'address', key, block),
    wide: counter(delays.wide, 'identifier', key),
  };
  const known: IdentifiedAttempt = {
    identifier,
    likeness,
    turn: { block, known: true },
    address,
    narrow: counter(delays.narrow, 'browser', key, visit.browser),
    wide: counter(delays.wide, 'browsers', key),
  };
  return { stranger, known: claimsToBeKnown(visit) ? known : null };
}

/** Milliseconds by which a delay may be cut short: the clocks of several processes are never quite the same. */
const clockSlack = 100;

const delayBy = (counter: FailureCounter, failures: FailureStates, now: Date): Date | null => {
  const until = failures[counter.key]?.blockedUntil ?? 0;
  return until > now.getTime() + clockSlack ? new Date(until) : null;
};

export interface Delay {
  /** When the attempt may be made again. */
  readonly until: Date;
  /** Whether it is for what others failed from the same address block, at any identifier. */
  readonly byAddress: boolean;
}

/** The counters of the identifier: a success forgets what they hold. */
export const ownCounters = ({ narrow, wide }: CountedAttempt): readonly FailureCounter[] => [narrow, wide];

/** Under which a failure of the attempt is counted. A known browser is no part of what strangers do from its address block. */
export const countersOf = (attempt: CountedAttempt): readonly FailureCounter[] =>
  attempt.turn.known ? ownCounters(attempt) : [...ownCounters(attempt), attempt.address];

/**
 * Many strangers together slow each other down. A share is kept for address blocks that have not failed at the identifier, or
 * they would lock the owner out for as long as they go on.
 */
function delayByAll(idp: Idp, { narrow, wide }: CountedAttempt, failures: FailureStates, now: Date): Date | null {
  const until = delayBy(wide, failures, now);
  if (!until || failures[narrow.key]) return until;
  const wait = idp.sharedAttempts.take(wide.key);
  return wait === 0 ? null : new Date(now.getTime() + wait);
}

/** Browsers that fail too often together are strangers, known or not: a thief of the password can make many known. */
export const countsAsKnown = ({ wide }: CountedAttempt, failures: FailureStates, now: Date): boolean =>
  delayBy(wide, failures, now) === null;

/** … where nothing is set aside for anybody: of all attempts under the counters, none comes before its time. */
export function strictDelayOf(
  { address, narrow, wide }: CountedAttempt,
  failures: FailureStates,
  now: Date,
): Delay | null {
  const byAddress = delayBy(address, failures, now);
  if (byAddress) return { until: byAddress, byAddress: true };
  const until = delayBy(narrow, failures, now) ?? delayBy(wide, failures, now);
  return until && { until, byAddress: false };
}

/** Null where the attempt may be made now. */
export function delayOf(idp: Idp, attempt: CountedAttempt, failures: FailureStates, now: Date): Delay | null {
  const { address, narrow, turn } = attempt;
  const byAddress = turn.known ? null : delayBy(address, failures, now);
  if (byAddress) return { until: byAddress, byAddress: true };
  const until = delayBy(narrow, failures, now) ?? delayByAll(idp, attempt, failures, now);
  return until && { until, byAddress: false };
}
