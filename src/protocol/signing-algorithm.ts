/**
 * JWS algorithms that we sign with and verify (RFC 7518 §3.1, RFC 8037 §3.1), and have keys for unless the operator chooses: asymmetric
 * only, `none` never (RFC 8725 §3.2).
 * The cheapest to sign with comes first, and is taken where nobody asks for another: RSA costs ten times as much.
 */
export const usualSigningAlgorithms = ['ES256', 'EdDSA', 'PS256', 'RS256'] as const;

/**
 * Those and `Ed25519`, the name that says which curve `EdDSA` is (RFC 9864 §2.2). There is a key for it where an operator wants one: many
 * verifiers know the older name alone.
 */
export const signingAlgorithms = [...usualSigningAlgorithms, 'Ed25519'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export const isSigningAlgorithm = (alg: string): alg is SigningAlgorithm =>
  signingAlgorithms.some((known) => known === alg);

/** What a client's assertion may be signed with (OIDC Core §9): by its own key, or by its secret (RFC 7518 §3.2), never one taken for the other. */
export const assertionSigningAlgorithms = [...signingAlgorithms, 'HS256'] as const;
export type AssertionAlgorithm = (typeof assertionSigningAlgorithms)[number];
