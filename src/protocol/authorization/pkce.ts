import { createHash, timingSafeEqual } from 'node:crypto';
import { OAuthError } from '../oauth-error.js';

/** The transformations that we take (RFC 7636 §4.3). `plain` protects against nothing that OAuth 2.1 cares about. */
export const codeChallengeMethods: readonly string[] = ['S256'];

const s256Challenge = /^[A-Za-z0-9_-]{43}$/;
const codeVerifier = /^[A-Za-z0-9._~-]{43,128}$/;

export interface ChallengeRequest {
  readonly challenge: string | undefined;
  readonly method: string | undefined;
  /** Public clients and those registered with require_pkce (OAuth 2.1 §7.5.1, RFC 9700 §2.1.1). */
  readonly required: boolean;
}

/**
 * The code challenge of an authorization request (RFC 7636 §4.3, §4.4.1). A missing method would mean `plain`.
 * @throws OAuthError invalid_request
 */
export function validateCodeChallenge({ challenge, method, required }: ChallengeRequest): string | undefined {
  if (challenge === undefined) {
    if (required) throw new OAuthError('invalid_request', { detail: 'code_challenge is missing' });
    if (method !== undefined) {
      throw new OAuthError('invalid_request', { detail: 'code_challenge_method without code_challenge' });
    }
    return undefined;
  }
  if (method === undefined || !codeChallengeMethods.includes(method)) {
    throw new OAuthError('invalid_request', { detail: 'code_challenge_method is not S256' });
  }
  if (!s256Challenge.test(challenge)) {
    throw new OAuthError('invalid_request', { detail: 'code_challenge is not a SHA-256 value in base64url' });
  }
  return challenge;
}

/**
 * Compares verifier and challenge before a token is issued (RFC 7636 §4.6). A verifier for a code that was asked without a
 * challenge is refused as well: somebody stripped the challenge on the way (RFC 9700 §2.1.1, §4.8.2).
 * @throws OAuthError invalid_grant
 */
export function verifyCodeVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return;
  if (challenge === undefined)
    throw new OAuthError('invalid_grant', { detail: 'code_verifier without code_challenge' });
  if (verifier === undefined) throw new OAuthError('invalid_grant', { detail: 'code_verifier is missing' });
  if (!codeVerifier.test(verifier)) throw new OAuthError('invalid_grant', { detail: 'code_verifier is malformed' });
  const computed = createHash('sha256').update(verifier, 'ascii').digest('base64url');
  if (!timingSafeEqual(Buffer.from(computed), Buffer.from(challenge))) {
    throw new OAuthError('invalid_grant', { detail: 'code_verifier does not match' });
  }
}
