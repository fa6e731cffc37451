import { type PasswordPolicy, type PasswordProblem, passwordLength, passwordProblem } from './policy.js';

/** What can be known of the rule while somebody types: all but lists, which are large (NIST SP 800-63B-4 §3.1.1.2). */
export type PasswordRule = Pick<PasswordPolicy, 'minLength' | 'contextWords'>;

/** What is told of a new password while it is typed (NIST SP 800-63B-4 §3.1.1.2: guidance on choosing a strong one). */
export interface PasswordStrength {
  /** `refused` will be; `enough` is long enough, though a list may have it; `strong` is well beyond. */
  readonly level: 'refused' | 'enough' | 'strong';
  /** Characters that are still missing. */
  readonly missing: number;
  readonly problem?: PasswordProblem | undefined;
}

/** So much longer than it has to be, and made of so many characters, that no list is likely to have it. */
const strong = { beyond: 5, differing: 8 };

/** An estimate by length and variety alone, in the page and without a request (NIST SP 800-63B-4 §3.1.1.2). */
export function passwordStrength(password: string, rule: PasswordRule): PasswordStrength {
  const length = passwordLength(password);
  const problem = passwordProblem(password, { ...rule, isCommon: () => false });
  if (problem) return { level: 'refused', missing: Math.max(0, rule.minLength - length), problem };
  const isStrong = length >= rule.minLength + strong.beyond && new Set(password).size >= strong.differing;
  return { level: isStrong ? 'strong' : 'enough', missing: 0 };
}
