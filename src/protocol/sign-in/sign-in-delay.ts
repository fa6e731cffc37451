/** How failures slow further attempts down (NIST SP 800-63B §5.2.2, OWASP ASVS §2.2.1). Durations in milliseconds. */
export interface SignInDelayRule {
  /** Failures that cost nothing: people mistype. */
  readonly freeFailures: number;
  /** The delay after the first failure beyond those; each further one doubles it. */
  readonly firstDelay: number;
  readonly longestDelay: number;
}

/** How long the next attempt has to wait after so many failures: growing, bounded, never for good (NIST SP 800-63B §5.2.2). */
export function signInDelay(failures: number, rule: SignInDelayRule): number {
  const beyond = failures - rule.freeFailures;
  return beyond <= 0 ? 0 : Math.min(rule.longestDelay, rule.firstDelay * 2 ** (beyond - 1));
}

/** The delay after the first, second … failure, up to the one from which all are the longest (NIST SP 800-63B §5.2.2). */
export function signInDelays(rule: SignInDelayRule): readonly number[] {
  const delays: number[] = [];
  do delays.push(signInDelay(delays.length + 1, rule));
  while (delays.at(-1) !== rule.longestDelay);
  return delays;
}

/** Whole seconds for Retry-After (RFC 9110 §10.2.3): rounded up, so that a caller who waits that long is not refused again. */
export const retryAfterSeconds = (waitUntil: Date, now: Date): number =>
  Math.max(1, Math.ceil((waitUntil.getTime() - now.getTime()) / 1000));

/** The eight groups of an IPv6 address in full (RFC 4291 §2.2); an embedded IPv4 address counts as two. */
function ipv6Groups(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const left = groups(head);
  const right = groups(tail ?? '');
  const width = [...left, ...right].reduce((sum, group) => sum + (group.includes('.') ? 2 : 1), 0);
  return tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - width)).fill('0'), ...right];
}

/**
 * What stands for one stranger: an IPv4 address, or the /64 that an IPv6 subscriber is given as a whole (RFC 6177 §2).
 * An IPv4 address written as IPv6 is the IPv4 address (RFC 4291 §2.5.5.2).
 */
export function addressBlock(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!address.includes(':')) return address;
  const prefix = ipv6Groups(address.replace(/%.*$/, '')).slice(0, 4);
  return `${prefix.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
