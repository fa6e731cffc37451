/**
 * PASSWORDS. Owns what a new password is held against: the rule of `protocol/password/policy.ts`, a list of common ones
 * and, where it is configured, a service that knows breaches. Never stores or hashes one. Talks to that service alone.
 */
import type { Clock } from '../clock.js';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import { createOutbound } from '../http/outbound/client.js';
import { type PasswordProblem, passwordProblem } from '../protocol/password/policy.js';
import type { Log } from '../telemetry/log/logger.js';
import { createBreachCheck } from './breaches.js';
import { commonPasswords } from './common-passwords.js';

export interface PasswordCheck {
  /** In characters: what pages ask for. */
  readonly minLength: number;
  /** Guessed first by whoever knows where the account is. */
  readonly productName: string;
  /**
   * @param names what the account is called
   * @returns undefined when nothing is wrong with it
   */
  problem(password: string, names: readonly (string | null)[]): Promise<PasswordProblem | undefined>;
  close(): void;
}

export function createPasswordCheck(
  { password: rule, pages, outbound: setting }: Pick<DatabaseRoleConfig, 'password' | 'pages' | 'outbound'>,
  given: { readonly clock: Clock; readonly log: Log },
): PasswordCheck {
  const { minLength, breachCheck } = rule;
  const { productName } = pages;
  const outbound = breachCheck.enabled ? createOutbound(setting) : undefined;
  const isBreached = outbound && createBreachCheck({ ...given, url: breachCheck.url, outbound });
  return {
    minLength,
    productName,
    async problem(password, names) {
      const contextWords = [...names.filter((name) => name !== null), productName];
      const found = passwordProblem(password, { minLength, contextWords, isCommon: await commonPasswords() });
      return found ?? ((await isBreached?.(password)) ? 'breached' : undefined);
    },
    close: () => outbound?.close(),
  };
}
