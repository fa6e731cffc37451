/** The lower bound where a password is one of several factors (NIST SP 800-63B-4 §3.1.1.2). */
export const shortestMinLength = 8;

/** The lower bound where it may be the only one (NIST SP 800-63B-4 §3.1.1.2). */
export const defaultMinLength = 15;

/** Far beyond the 64 that have to be accepted (NIST SP 800-63B-4 §3.1.1.2), and bounded for the sake of hashing. */
export const maxLength = 1024;

/** How a new password can be wrong (NIST SP 800-63B-4 §3.1.1.2); `breached` is found out elsewhere. */
export const passwordProblems = ['short', 'long', 'repetitive', 'common', 'context', 'breached'] as const;
export type PasswordProblem = (typeof passwordProblems)[number];

/** What a new password is held against (NIST SP 800-63B-4 §3.1.1.2). */
export interface PasswordPolicy {
  /** In code points. */
  readonly minLength: number;
  /** What strangers guess first at this account: its names, the name of the product. */
  readonly contextWords: readonly string[];
  /** Whether a list of commonly used passwords has it; asked in lower case. */
  isCommon(password: string): boolean;
}

/**
 * A password as it is hashed and compared: in Normalization Form C, so that it is the same from every keyboard
 * (NIST SP 800-63B-4 §3.1.1.2).
 */
export const normalizedPassword = (password: string): string => password.normalize('NFC');

/** Each code point counts as one character (NIST SP 800-63B-4 §3.1.1.2). */
export const passwordLength = (password: string): number => [...normalizedPassword(password)].length;

/** `aaaa`, `2345`, `dcba`: each character is the one before it, or next to it. */
function isSequential(characters: readonly string[]): boolean {
  const codes = characters.map((character) => character.codePointAt(0) ?? 0);
  const [step = 2, ...others] = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  return Math.abs(step) <= 1 && others.every((other) => other === step);
}

/** The shortest text of which a longer one is a repetition, the last time perhaps not to its end. */
function periodOf(characters: readonly string[]): number {
  for (let period = 1; period * 2 <= characters.length; period += 1) {
    if (characters.every((character, at) => at < period || character === characters[at - period])) return period;
  }
  return characters.length;
}

/** A repetition of less than this is as easily guessed as what it repeats. */
const leastPeriod = shortestMinLength;

/** `aaaaaaaa`, `123456789`, `abcabcabcabc` (NIST SP 800-63B-4 §3.1.1.2: what is expected). */
export function isRepetitive(password: string): boolean {
  const characters = [...password.toLowerCase()];
  const period = periodOf(characters);
  return isSequential(characters) || (period < leastPeriod && period < characters.length);
}

/** Without the digits and signs that people put around a word. */
const bare = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

/** The text as often as it is repeated, once: `passwordpassword` is `password`. */
function once(text: string): string {
  const characters = [...text];
  return characters.slice(0, periodOf(characters)).join('');
}

const isCommon = (password: string, { isCommon: isListed }: PasswordPolicy): boolean =>
  [password, once(password), bare(password), once(bare(password))].some((form) => form.length >= 4 && isListed(form));

/** Shorter words are in too many good passwords. */
const leastWord = 4;

/** The names as they are guessed: whole, and the parts of an address. */
const wordsOf = (context: readonly string[]): readonly string[] =>
  [
    ...new Set(
      context
        .map((word) => normalizedPassword(word).toLowerCase())
        .flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)])
        .filter((word) => word.length >= leastWord),
    ),
  ].sort((one, other) => other.length - one.length);

/** Whether there is nothing in it but what the account is called, digits and signs: the whole of it is compared, no part. */
function isOfContext(password: string, { contextWords }: PasswordPolicy): boolean {
  const words = wordsOf(contextWords);
  const rest = words.reduce((left, word) => left.split(word).join(' '), password);
  return rest !== password && !/\p{L}/u.test(rest);
}

/**
 * What is wrong with a new password (NIST SP 800-63B-4 §3.1.1.2): its length, and what strangers try first. Nothing is said about
 * which characters it is made of.
 * @returns undefined when nothing is wrong
 */
export function passwordProblem(password: string, policy: PasswordPolicy): PasswordProblem | undefined {
  const lowered = normalizedPassword(password).toLowerCase();
  if (passwordLength(password) < policy.minLength) return 'short';
  if (passwordLength(password) > maxLength) return 'long';
  if (isRepetitive(lowered)) return 'repetitive';
  if (isCommon(lowered, policy)) return 'common';
  return isOfContext(lowered, policy) ? 'context' : undefined;
}

/** {@link passwordProblem} in words for operators (NIST SP 800-63B-4 §3.1.1.2: the reason is told). */
export function passwordFault(problem: PasswordProblem, minLength: number): string {
  const sentences: Readonly<Record<PasswordProblem, string>> = {
    short: `The password needs ${minLength} characters at least; password.min_length says so.`,
    long: `The password may have ${maxLength} characters at most.`,
    repetitive: 'The password repeats itself or is a sequence. Choose another.',
    common: 'That password is one that everybody tries first. Choose another.',
    context: 'The password is made of the name of the account or the product. Choose another.',
    breached: 'That password is known from a breach elsewhere. Choose another.',
  };
  return sentences[problem];
}
