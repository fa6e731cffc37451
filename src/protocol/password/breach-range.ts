import { createHash } from 'node:crypto';
import { normalizedPassword } from './policy.js';

/** What of a password's SHA-1 is asked for, and what is looked for in the answer (NIST SP 800-63B-4 §3.1.1.2: compromised ones). */
export interface BreachRange {
  /** Five hexadecimal digits. */
  readonly prefix: string;
  /** The other 35. */
  readonly suffix: string;
}

/** Splits the SHA-1 that range services go by (NIST SP 800-63B-4 §3.1.1.2). */
export function breachRange(password: string): BreachRange {
  const digest = createHash('sha1').update(normalizedPassword(password)).digest('hex').toUpperCase();
  return { prefix: digest.slice(0, 5), suffix: digest.slice(5) };
}

/** Whether a line `SUFFIX:COUNT` of the answer has the suffix; a count of 0 is padding (NIST SP 800-63B-4 §3.1.1.2). */
export const isInRange = (answer: string, suffix: string): boolean =>
  answer.split(/\r?\n/).some((line) => {
    const [found = '', count = '0'] = line.trim().split(':');
    return found.toUpperCase() === suffix && Number(count) > 0;
  });
