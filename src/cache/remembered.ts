import type { Clock } from '../clock.js';

/** When a remembered value is asked for again; all in milliseconds. */
export interface Freshness {
  /** After so long the value is renewed when it is asked for. */
  readonly freshFor: number;
  /** Whether who asks then waits for the renewal; otherwise they are given the last value, and the next get the new one. */
  readonly waitsForRenewal?: boolean;
  /** After so long without a successful renewal the value is no longer trusted: a withdrawn key must not live forever. */
  readonly keepFor: number;
  /** At most one renewal in so long, whoever asks: strangers can make callers ask. */
  readonly cooldown: number;
  /** While there is no value at all: at most one attempt in so long. */
  readonly retryInterval: number;
}

export interface Remembered<Value> {
  /** The value, from memory where possible. Rejects only when there is none to be had. */
  get(): Promise<Value>;
  /** A value newer than the remembered one, or undefined while the cooldown lasts. Rejects when the last attempt failed. */
  renew(): Promise<Value | undefined>;
}

/** Remembers what `load` brings: one load at a time, and an outage leaves the last value in use. */
export function remember<Value>(load: () => Promise<Value>, clock: Clock, freshness: Freshness): Remembered<Value> {
  let held: { readonly value: Value; readonly at: number } | undefined;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let inFlight: Promise<Value> | undefined;

  /** A clock that is set back must not stretch any of the times: a moment in the future counts as long ago. */
  const since = (instant: number): number => Math.abs(clock.now().getTime() - instant);

  async function attempt(): Promise<Value> {
    attemptedAt = clock.now().getTime();
    try {
      const value = await load();
      held = { value, at: clock.now().getTime() };
      failure = undefined;
      return value;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      inFlight = undefined;
    }
  }
  const attemptOnce = (): Promise<Value> => {
    inFlight ??= attempt();
    return inFlight;
  };

  return {
    async get() {
      if (held && since(held.at) < freshness.keepFor) {
        const { value, at } = held;
        const isDue = since(at) >= freshness.freshFor && (inFlight || since(attemptedAt) >= freshness.cooldown);
        if (!isDue) return value;
        const renewed = attemptOnce().catch(() => value);
        return freshness.waitsForRenewal ? renewed : value;
      }
      if (!inFlight && failure !== undefined && since(attemptedAt) < freshness.retryInterval) throw failure;
      return attemptOnce();
    },
    async renew() {
      if (inFlight || since(attemptedAt) >= freshness.cooldown) return attemptOnce();
      if (failure !== undefined) throw failure;
      return undefined;
    },
  };
}
