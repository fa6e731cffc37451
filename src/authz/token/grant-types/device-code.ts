import { hashToken } from '../../../crypto/digest.js';
import { polling } from '../../../protocol/authorization/device-authorization.js';
import { bringsRefreshToken } from '../../../protocol/client/client-metadata.js';
import { assertDeviceAllowed, unusableDeviceCode } from '../../../protocol/token/device-code.js';
import type { DeviceCodeRequest } from '../../../protocol/token/token-request.js';
import type { IssuedTokens } from '../../../protocol/token/token-response.js';
import type { GrantOfUser } from '../../../storage/grants/authorization-grants.js';
import { pollDeviceAuthorization, redeemDeviceCode } from '../../../storage/tokens/device-code.js';
import type { Authz } from '../../deps.js';
import { grantedAuthority } from '../granted-authority.js';
import { issueTokens, planTokens, storedTokens } from '../issue-tokens.js';
import type { TokenRequestContext } from '../token-request-context.js';

/** @throws OAuthError authorization_pending, slow_down, access_denied, expired_token, invalid_grant */
async function poll(
  authz: Authz,
  { client: { clientId } }: TokenRequestContext,
  deviceCodeHash: Buffer,
): Promise<GrantOfUser> {
  const now = authz.clock.now();
  const { slowDownBy } = polling;
  const device = await pollDeviceAuthorization(authz.sql, { deviceCodeHash, clientId, now, slowDownBy });
  if (!device) throw unusableDeviceCode('the device code is unknown or of another client');
  assertDeviceAllowed(device, now);
  if (device.authorizationGrantId === null) throw unusableDeviceCode('nobody has allowed the device');
  return device;
}

/**
 * Tokens for a device that somebody has allowed (RFC 8628 §3.4). They are signed before the code is redeemed; of several polls that
 * come this far one redeems it. The others get nothing and end nothing: a device that asks again after a lost answer is no thief.
 * @throws OAuthError authorization_pending, slow_down, access_denied, expired_token, invalid_grant, invalid_target
 */
export async function exchangeDeviceCode(
  authz: Authz,
  context: TokenRequestContext,
  request: DeviceCodeRequest,
): Promise<IssuedTokens> {
  const valueHash = hashToken(request.device_code);
  const grant = await poll(authz, context, valueHash);
  const authority = grantedAuthority(authz, context.client, grant, { resource: request.resource, scopes: [] });
  const refreshes = bringsRefreshToken(context.client.metadata, authority.scopes);
  const plan = planTokens(authz, context, refreshes ? authz.random.token() : undefined);
  const tokens = await issueTokens(authz, plan, authority, { grant });
  const { clientId } = context.client;
  const { userId, sessionId, authorizationGrantId } = grant;
  const detail = { grant_type: request.grant_type, scopes: authority.scopes };
  const event = { type: 'token_issued', clientId, userId, sessionId, authorizationGrantId, detail } as const;
  const redeemed = await authz.events.recordWith(context.asked, event, (audit) => {
    const redemption = { valueHash, clientId, issued: storedTokens(plan, authority), now: plan.now, audit };
    return redeemDeviceCode(authz.sql, redemption);
  });
  if (!redeemed) throw unusableDeviceCode('the device code was redeemed at the same moment');
  return tokens;
}
