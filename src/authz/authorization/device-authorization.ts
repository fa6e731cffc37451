import type { RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken, hmacSha256 } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { sendPrivateJson } from '../../http/request/send-text.js';
import { addressBlock } from '../../protocol/address-block.js';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import {
  deviceAuthorizationResponse,
  deviceCodeLifetime,
  deviceRequest,
  polling,
} from '../../protocol/authorization/device-authorization.js';
import { validateTarget } from '../../protocol/authorization/requested-target.js';
import { userCodeFrom } from '../../protocol/authorization/user-code.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import type { Parameters } from '../../protocol/parameters.js';
import { validateAuthorizationScope } from '../../protocol/scope.js';
import { assertGrantTypeAllowed } from '../../protocol/token/token-request.js';
import { startDeviceAuthorization } from '../../storage/grants/device-authorizations.js';
import { type AuthenticatedClient, authenticateClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';

const verificationUri = ({ config }: Authz): string => endpointUrl(config.publicUrls.idp, 'device');

/** @throws OAuthError invalid_scope, invalid_target */
function requestOf(
  authz: Authz,
  { clientId, metadata: client }: AuthenticatedClient,
  parameters: Parameters,
): ValidatedAuthorizationRequest {
  const { config, log } = authz;
  const asked = { scope: parameters.get('scope'), resource: parameters.all('resource') };
  const rules = { ...config, customScopes: config.claims.scopes };
  const target = validateTarget(asked, client, rules, validateAuthorizationScope);
  if (target.leftOut.length > 0) log.debug('scopes left out', { client_id: clientId, scopes: target.leftOut });
  return deviceRequest({ clientId, client, target, verificationUri: verificationUri(authz) });
}

interface Codes {
  readonly deviceCode: string;
  readonly userCode: string;
}

/** Stores the device under fresh codes; a user code that another device has is drawn again. */
async function start(authz: Authz, asked: Asked, request: ValidatedAuthorizationRequest): Promise<Codes> {
  const now = authz.clock.now();
  const usableUntil = after(now, deviceCodeLifetime * 1000);
  for (;;) {
    const deviceCode = authz.random.token();
    const userCode = userCodeFrom(authz.random.bytes(8).readBigUInt64BE());
    const isStored = await startDeviceAuthorization(authz.sql, {
      deviceCodeHash: hashToken(deviceCode),
      userCodeHash: hmacSha256(authz.userCodeKey, userCode),
      clientId: request.clientId,
      request,
      addressBlock: asked.address === undefined ? null : addressBlock(asked.address),
      intervalSeconds: polling.interval,
      now,
      usableUntil,
      expiresAt: after(usableUntil, deviceCodeLifetime * 1000),
    });
    if (isStored) return { deviceCode, userCode };
  }
}

/** POST /device_authorization (RFC 8628 §3.1) */
export const deviceAuthorization =
  (authz: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = await readForm(req);
    const asked = askedOf(req);
    const { authorization } = req.headers;
    const endpoint = 'deviceAuthorization';
    const client = await authenticateClient(authz, { asked, authorization, parameters, endpoint });
    assertGrantTypeAllowed(client.metadata, 'urn:ietf:params:oauth:grant-type:device_code');
    const request = requestOf(authz, client, parameters);
    authz.interactionLimits.count(asked);
    const codes = await start(authz, asked, request);
    sendPrivateJson(res, deviceAuthorizationResponse({ ...codes, verificationUri: verificationUri(authz) }));
  };
