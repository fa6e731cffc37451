/** Whether somebody can be called so at sign-in: no space, and no `@`, so that it is nobody's e-mail address (RFC 8265 §3.1). */
export const isUsername = (text: string): boolean => /^[^@\s]{1,128}$/.test(text);

/** Whether somebody can be called so at sign-in as by an e-mail address, in any script (RFC 6531 §3.3); RFC 5321 §4.5.3.1 has the lengths. */
export const isEmailAddress = (text: string): boolean =>
  text.length <= 254 && /^[^@\s\p{Cc}]{1,64}@[^@\s\p{Cc}]+$/u.test(text);
