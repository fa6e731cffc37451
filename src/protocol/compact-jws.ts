/** Characters of the longest JWT that is looked at: what carries more is no token of anybody's (RFC 7519 §3). */
export const longestJws = 8192;

const isCanonical = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part;

/**
 * Whether a text is a JWS in compact form and nothing but that (RFC 7515 §7.1): three parts in base64url without padding or white
 * space (RFC 7515 §2), with no bits set that mean nothing (RFC 4648 §3.5). Otherwise one token would have as many texts as somebody likes.
 */
export function isCompactJws(text: string): boolean {
  if (text.length > longestJws) return false;
  const parts = text.split('.', 4);
  return parts.length === 3 && parts.every(isCanonical);
}

/** Characters of the longest JWE that is looked at: one that holds the longest JWS, which grows by a third, and a header. */
const longestJwe = 12_288;

/** Whether a text is a JWE in compact form (RFC 7516 §7.1): five parts, written like those of a JWS. */
export function isCompactJwe(text: string): boolean {
  if (text.length > longestJwe) return false;
  const parts = text.split('.', 6);
  return parts.length === 5 && parts.every(isCanonical);
}

/** Whether a `typ` header says a type: compared without `application/` and in any case (RFC 7515 §4.1.9). */
export const isType = (typ: unknown, type: string): boolean =>
  typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === type.toLowerCase();
