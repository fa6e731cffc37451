import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import { addressBlock } from '../../protocol/address-block.js';
import { type AccountRequest, accountRequest } from '../../protocol/authorization/account-request.js';
import { type AccountPage, endpointUrl } from '../../protocol/endpoints.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { startAccountInteraction } from '../../storage/interactions/interactions.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import { currentTraceparent } from '../../telemetry/tracing/tracing.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { hubPath } from '../interaction/paths.js';

/** Anybody can make us store an interaction: an address block has only so many, as at authz. */
function assertRoom({ accountStarts }: Idp, { address }: Asked): void {
  const wait = accountStarts.take(addressBlock(address ?? ''));
  if (wait === 0) return;
  metrics.turnedAway({ what: 'interaction', reason: 'address' });
  throw new OAuthError('temporarily_unavailable', {
    status: 429,
    retryAfter: Math.ceil(wait / 1000),
    detail: 'too many visits to the account without a session: see limits.interactions',
  });
}

/** What the sign-in on the way to an account page has to be. */
type SignInWish = Omit<AccountRequest, 'returnTo'>;

/**
 * Starts an interaction that leads back to an account page.
 * @returns the secret that names it
 */
export async function startAccount(idp: Idp, asked: Asked, name: AccountPage, wish: SignInWish = {}): Promise<string> {
  assertRoom(idp, asked);
  const interactionId = idp.random.token(16);
  const now = idp.clock.now();
  const returnTo = endpointUrl(idp.config.publicUrls.idp, name);
  await startAccountInteraction(idp.sql, {
    idHash: hashToken(interactionId),
    request: accountRequest({ returnTo, ...wish }),
    now,
    expiresAt: after(now, idp.config.lifetimes.interaction),
    traceparent: currentTraceparent(),
  });
  return interactionId;
}

/** To the sign-in that leads back to an account page, as {@link startAccount} has it. */
export const beginAccount = async (idp: Idp, asked: Asked, name: AccountPage, wish?: SignInWish): Promise<Answer> => ({
  seeOther: hubPath(idp, { interactionId: await startAccount(idp, asked, name, wish) }),
});
