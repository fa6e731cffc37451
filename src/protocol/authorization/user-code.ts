/** Letters that are hard to mistake for each other and spell no words (RFC 8628 §6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 10;

/**
 * A user code out of 64 random bits: ten letters, 43 bits of which are the code's own (RFC 8628 §6.1). What is left of the
 * 64 makes no letter likelier than another by more than one part in 10⁶.
 */
export function userCodeFrom(random: bigint): string {
  let rest = random;
  let code = '';
  while (code.length < length) {
    code += letters[Number(rest % 20n)];
    rest /= 20n;
  }
  return code;
}

/** As a device shows it, in two halves (RFC 8628 §6.1). */
export const formatUserCode = (code: string): string => `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;

/**
 * What somebody typed, without its case and without anything that no code has (RFC 8628 §6.1); undefined when it is no code
 * then.
 */
export function parseUserCode(text: string): string | undefined {
  const code = [...text.slice(0, 64).toUpperCase()].filter((letter) => letters.includes(letter)).join('');
  return code.length === length ? code : undefined;
}
