import { faults } from '../fault-sentences.js';
import { invalidGrant } from './token-request.js';

/**
 * A client revokes what it was given, nothing else (RFC 7009 §2.1).
 * @throws OAuthError invalid_grant
 */
export function assertOwnToken(clientId: string, issuedTo: string): void {
  if (clientId !== issuedTo) throw invalidGrant(faults.tokenOfAnotherClient);
}
