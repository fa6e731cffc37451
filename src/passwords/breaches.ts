import type { Clock } from '../clock.js';
import type { Outbound } from '../http/outbound/client.js';
import { OutboundError } from '../http/outbound/policy.js';
import { breachRange, isInRange } from '../protocol/password/breach-range.js';
import type { Log } from '../telemetry/log/logger.js';

export interface BreachCheckOptions {
  /** Before the five digits. */
  readonly url: string;
  readonly outbound: Pick<Outbound, 'getText'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** Whether a password is known from a breach; false where that cannot be found out. */
export type BreachCheck = (password: string) => Promise<boolean>;

/** Milliseconds for which a service that failed is not asked again, so that nobody waits for it. */
const rest = 60_000;

/**
 * Asks a range service such as Have I Been Pwned. Five hexadecimal digits of a SHA-1 leave, no more, and the answer is padded, so
 * that its length tells nothing. A service that is away keeps nobody from setting a password.
 */
export function createBreachCheck({ url, outbound, clock, log }: BreachCheckOptions): BreachCheck {
  let restsUntil = 0;
  return async (password) => {
    if (clock.now().getTime() < restsUntil) return false;
    const { prefix, suffix } = breachRange(password);
    try {
      return isInRange(await outbound.getText(`${url}${prefix}`, { 'Add-Padding': 'true' }), suffix);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      restsUntil = clock.now().getTime() + rest;
      log.warn('breaches cannot be asked for; passwords are taken without', { reason: error.message });
      return false;
    }
  };
}
