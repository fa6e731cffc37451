/** The only place that reads time: everything else is handed a clock, so that tests can move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Seconds since the epoch, as JWT NumericDate wants them (RFC 7519 §2). */
export const epochSeconds = (instant: Date): number => Math.floor(instant.getTime() / 1000);

/** `instant` moved by `milliseconds`. */
export const after = (instant: Date, milliseconds: number): Date => new Date(instant.getTime() + milliseconds);
