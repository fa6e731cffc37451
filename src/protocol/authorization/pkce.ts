import { createHash, timingSafeEqual } from 'node:crypto';
import { faults } from '../fault-sentences.js';
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
    if (required) throw new OAuthError('invalid_request', { fault: faults.codeChallengeMissing });
    if (method !== undefined) {
      throw new OAuthError('invalid_request', { fault: faults.codeChallengeMethodAlone });
    }
    return undefined;
  }
  if (method === undefined) throw new OAuthError('invalid_request', { fault: faults.codeChallengeMethodMissing });
  if (!codeChallengeMethods.includes(method)) {
    throw new OAuthError('invalid_request', { fault: faults.codeChallengeMethod });
  }
  if (!s256Challenge.test(challenge)) {
    throw new OAuthError('invalid_request', { fault: faults.codeChallengeMalformed });
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
  if (challenge === undefined) throw new OAuthError('invalid_grant', { fault: faults.codeVerifierUnexpected });
  if (verifier === undefined) throw new OAuthError('invalid_grant', { fault: faults.codeVerifierMissing });
  if (!codeVerifier.test(verifier)) throw new OAuthError('invalid_grant', { fault: faults.codeVerifierMalformed });
  const computed = createHash('sha256').update(verifier, 'ascii').digest('base64url');
  if (!timingSafeEqual(Buffer.from(computed), Buffer.from(challenge))) {
    throw new OAuthError('invalid_grant', { fault: faults.codeVerifierMismatch });
  }
}
