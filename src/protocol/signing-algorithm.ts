/**
 * JWS algorithms that we sign with and verify (RFC 7518 §3.1, RFC 8037 §3.1): asymmetric only, `none` never (RFC 8725 §3.2).
 * The cheapest to sign with comes first, and is taken where nobody asks for another: RSA costs ten times as much.
 */
export const signingAlgorithms = ['ES256', 'EdDSA', 'PS256', 'RS256'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** What a client's assertion may be signed with (OIDC Core §9): by its own key, or by its secret (RFC 7518 §3.2), never one taken for the other. */
export const assertionSigningAlgorithms = [...signingAlgorithms, 'HS256'] as const;
export type AssertionAlgorithm = (typeof assertionSigningAlgorithms)[number];
