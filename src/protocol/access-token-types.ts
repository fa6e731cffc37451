/**
 * What the `typ` header of a JWT access token may say: `at+jwt` (RFC 9068 §2.1), or `JWT` (RFC 7519 §5.1) for resources whose verifier knows no
 * other. ID tokens are of that type too, so their claims have to tell them apart.
 */
export const accessTokenTypes = ['at+jwt', 'JWT'] as const;
export type AccessTokenType = (typeof accessTokenTypes)[number];
