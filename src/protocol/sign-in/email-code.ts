import { type AuthenticationMethodReference, authenticationContextClass, isPasskey } from './authentication-context.js';

/** What a code that is mailed to somebody is good for in a sign-in: nothing, a step after the password, or in its place. */
export const emailFactors = ['off', 'second', 'first'] as const;
export type EmailFactor = (typeof emailFactors)[number];

const digits = 8;

/** Decimal digits out of at least eight random bytes: evenly spread but for one part in 10¹¹ (NIST SP 800-63B-4 §3.1.3.2). */
export const emailCode = (randomBytes: Buffer): string =>
  (randomBytes.readBigUInt64BE() % 10n ** BigInt(digits)).toString().padStart(digits, '0');

/** A code as it is shown, in two groups. */
export const shownEmailCode = (code: string): string => `${code.slice(0, digits / 2)} ${code.slice(digits / 2)}`;

/** A code as somebody typed it, without what groups the digits; undefined where it is none. */
export function typedEmailCode(text: string): string | undefined {
  const code = text.replaceAll(/[\s-]/g, '');
  return /^\d{8}$/.test(code) ? code : undefined;
}

type Methods = readonly AuthenticationMethodReference[];

/**
 * Whether a code is mailed to somebody whose password is proven. Who has set up anything better is asked for that (NIST SP 800-63B-4
 * §3.1.3.1: mail proves no possession).
 */
export const emailCodeIsDue = (
  factor: EmailFactor | undefined,
  proven: readonly string[],
  enrolled: Methods,
): boolean =>
  factor === 'second' &&
  enrolled.includes('mca') &&
  proven.includes('pwd') &&
  !proven.includes('mca') &&
  authenticationContextClass(proven) === 'aal1' &&
  !enrolled.some((method) => method === 'otp' || isPasskey(method));
