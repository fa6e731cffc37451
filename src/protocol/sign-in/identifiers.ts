/**
 * The form in which usernames and e-mail addresses are compared: two spellings with one key are one (RFC 8265 §3.3, but that
 * compatible characters and those that only differ in case in some script are the same as well). Both sigmas are one.
 */
export const identifierKey = (text: string): string =>
  text.normalize('NFKC').trim().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');

/** Whether somebody can be called so at sign-in: no space, and no `@`, so that it is nobody's e-mail address (RFC 8265 §3.1). */
export const isUsername = (text: string): boolean =>
  [text, identifierKey(text)].every((form) => /^[^@\s]{1,128}$/.test(form));

/** Whether somebody can be called so at sign-in as by an e-mail address, in any script (RFC 6531 §3.3); RFC 5321 §4.5.3.1 has the lengths. */
export const isEmailAddress = (text: string): boolean =>
  [text, identifierKey(text)].every((form) => form.length <= 254 && /^[^@\s\p{Cc}]{1,64}@[^@\s\p{Cc}]+$/u.test(form));
