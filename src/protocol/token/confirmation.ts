/**
 * What an access token is bound to (RFC 7800 §3.1): to nothing but its possession, to a DPoP key by its thumbprint
 * (RFC 9449 §6.1), or to a client certificate by its hash (RFC 8705 §3.1).
 */
export type Confirmation =
  | { readonly method: 'bearer' }
  | { readonly method: 'dpop'; readonly jkt: string }
  | { readonly method: 'mtls'; readonly certificateHash: string };

/** The `cnf` claim as the wire has it (RFC 7800 §3.1). */
export type ConfirmationClaim = { readonly jkt: string } | { readonly 'x5t#S256': string };

/** A bearer token: whoever holds it may use it (RFC 6750 §1.2). */
export const bearer: Confirmation = { method: 'bearer' };

/** The `cnf` claim of a token; a bearer token has none (RFC 9449 §6.1, RFC 8705 §3.1). */
export function confirmationClaim(confirmation: Confirmation): ConfirmationClaim | undefined {
  switch (confirmation.method) {
    case 'bearer':
      return undefined;
    case 'dpop':
      return { jkt: confirmation.jkt };
    case 'mtls':
      return { 'x5t#S256': confirmation.certificateHash };
  }
}

/** The `token_type` that a response names (RFC 6749 §7.1): `DPoP` with a DPoP key (RFC 9449 §5), else `Bearer` (RFC 8705 §3). */
export const tokenTypeOf = (claim: unknown): 'Bearer' | 'DPoP' =>
  typeof claim === 'object' && claim !== null && 'jkt' in claim ? 'DPoP' : 'Bearer';
