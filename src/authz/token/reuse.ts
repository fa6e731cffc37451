import type { Fault } from '../../protocol/fault-sentences.js';
import type { OAuthError } from '../../protocol/oauth-error.js';
import { invalidGrant } from '../../protocol/token/token-request.js';
import { endStolenGrant } from '../../storage/grants/authorization-grants.js';
import type { Authz } from '../deps.js';
import type { TokenRequestContext } from './token-request-context.js';

/**
 * A code or refresh token came a second time: one of the two who hold it should not. Everything that was issued from
 * the authorization grant ends (RFC 6749 §4.1.2, §10.5; RFC 9700 §4.14.2), and the user is asked before there is another.
 * @returns what to throw
 */
export async function endReusedGrant(
  authz: Authz,
  { asked, client: { clientId } }: TokenRequestContext,
  { authorizationGrantId, userId }: { readonly authorizationGrantId: string; readonly userId: string },
  fault: Fault,
): Promise<OAuthError> {
  const event = { type: 'token_reuse_detected', clientId, userId, authorizationGrantId } as const;
  await authz.events.recordWith(asked, event, (audit) =>
    endStolenGrant(authz.sql, { id: authorizationGrantId, now: authz.clock.now(), audit }),
  );
  return invalidGrant(fault, 'used before: its authorization grant has been revoked');
}
