import { faults } from './fault-sentences.js';
import { OAuthError } from './oauth-error.js';

/** Request parameters after the rules that hold for all of them (RFC 6749 §3.1, §3.2). */
export interface Parameters {
  /** The value, or undefined where the parameter is absent or empty. */
  get(name: string): string | undefined;
  /** All values of a parameter that may repeat (`resource`, RFC 8707 §2). */
  all(name: string): readonly string[];
  has(name: string): boolean;
  readonly names: readonly string[];
}

const repeatable = new Set(['resource']);

/**
 * Reads `application/x-www-form-urlencoded` text. A parameter without a value counts as omitted, one that is sent twice
 * makes the request invalid (RFC 6749 §3.1); only `resource` may repeat (RFC 8707 §2).
 * @throws OAuthError invalid_request
 */
export function parseParameters(encoded: string): Parameters {
  const values = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (seen.has(name) && !repeatable.has(name)) {
      throw new OAuthError('invalid_request', { fault: faults.parameterRepeated });
    }
    seen.add(name);
    if (value.includes('\0')) throw new OAuthError('invalid_request', { fault: faults.parameterWithNul });
    if (value === '') continue;
    const before = values.get(name);
    if (before) before.push(value);
    else values.set(name, [value]);
  }
  return {
    get: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
    has: (name) => values.has(name),
    names: [...values.keys()],
  };
}

/**
 * A parameter that a request cannot do without (RFC 6749 §3.1, §5.2).
 * @throws OAuthError invalid_request
 */
export function requireParameter(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new OAuthError('invalid_request', { fault: faults.parameterMissing(name) });
  return value;
}
