import { equalInConstantTime, hmacSha256 } from '../../crypto/digest.js';

/** A form came without the token of the page that it should come from: answered with 403. */
export class CsrfError extends Error {
  override readonly name = 'CsrfError';
  readonly status = 403;
}

/**
 * The token of a form: bound to the browser (`binding`, what its cookie holds) and to what the form is for, so that it fits
 * no other browser and no other form. Nothing needs to be remembered.
 */
export const csrfToken = (key: Buffer, binding: string, purpose: string): string =>
  hmacSha256(key, 'csrf', purpose, binding).toString('base64url');

export const isCsrfToken = (key: Buffer, binding: string, purpose: string, presented: string | undefined): boolean =>
  presented !== undefined && equalInConstantTime(Buffer.from(csrfToken(key, binding, purpose)), Buffer.from(presented));

/** @throws CsrfError */
export function assertCsrfToken(key: Buffer, binding: string, purpose: string, presented: string | undefined): void {
  if (!isCsrfToken(key, binding, purpose, presented)) throw new CsrfError('the form does not carry its token');
}
