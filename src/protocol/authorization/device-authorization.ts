import type { ClientMetadata } from '../client/client-metadata.js';
import { matchRedirectUri } from '../redirect-uri.js';
import type { ValidatedAuthorizationRequest } from './authorization-request.js';
import type { RequestedTarget } from './requested-target.js';
import { formatUserCode } from './user-code.js';

/** Seconds in which a device's codes are good (RFC 8628 §3.2 `expires_in`). */
export const deviceCodeLifetime = 600;

/** Seconds: how long a device waits between two polls, and by how much that grows each time it does not (RFC 8628 §3.5). */
export const polling = { interval: 5, slowDownBy: 5 } as const;

export interface DeviceRequest {
  readonly clientId: string;
  readonly client: Pick<ClientMetadata, 'default_max_age' | 'default_acr_values'>;
  readonly target: RequestedTarget;
  /** The page at which the user code is entered; no answer is redirected from there. */
  readonly verificationUri: string;
}

/**
 * What a device asks of whoever enters its code (RFC 8628 §3.1), in the terms of an authorization request: it is answered by the same
 * steps (RFC 8628 §3.3).
 */
export function deviceRequest({ clientId, client, target, verificationUri }: DeviceRequest) {
  const own = { registered: [verificationUri], requested: verificationUri, openid: true, native: false };
  const request: Partial<ValidatedAuthorizationRequest> = {
    clientId,
    redirectUri: matchRedirectUri(own),
    redirectUriNamed: true,
    responseMode: 'query',
    scopes: target.scopes,
    resources: target.audience,
    prompts: [],
    acrValues: client.default_acr_values ?? [],
    ...(client.default_max_age === undefined ? {} : { maxAge: client.default_max_age }),
  };
  return request as ValidatedAuthorizationRequest;
}

/** The page with the code filled in already (RFC 8628 §3.3.1). */
const completeVerificationUri = (verificationUri: string, userCode: string): string =>
  `${verificationUri}?user_code=${formatUserCode(userCode)}`;

interface IssuedDeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
}

/** The answer to a device (RFC 8628 §3.2). */
export const deviceAuthorizationResponse = ({ deviceCode, userCode, verificationUri }: IssuedDeviceCode) => ({
  device_code: deviceCode,
  user_code: formatUserCode(userCode),
  verification_uri: verificationUri,
  verification_uri_complete: completeVerificationUri(verificationUri, userCode),
  expires_in: deviceCodeLifetime,
  interval: polling.interval,
});
