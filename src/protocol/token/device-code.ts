import { type Fault, faults } from '../fault-sentences.js';
import { OAuthError, type OAuthErrorCode } from '../oauth-error.js';

/** What is remembered of a device code that its own client presents (RFC 8628 §3.4). */
export interface DeviceCodeFacts {
  readonly usableUntil: Date;
  readonly deniedAt: Date | null;
  readonly consumedAt: Date | null;
  /** What the user allowed; null while nobody has. */
  readonly authorizationGrantId: string | null;
  /** Its authorization grant is not revoked, its user and client are enabled. */
  readonly alive: boolean;
  /** The device did not wait for its interval. */
  readonly tooEarly: boolean;
}

const refusal = (code: OAuthErrorCode, fault: Fault, detail = fault.sentence): OAuthError =>
  new OAuthError(code, { fault, detail, status: 400 });

/** A device code that is unknown, used up or of another client (RFC 8628 §3.5, RFC 6749 §5.2 `invalid_grant`). */
export const unusableDeviceCode = (detail: string): OAuthError =>
  refusal('invalid_grant', faults.deviceCodeNotUsable, detail);

/**
 * A device gets its tokens once somebody has allowed it; until then, and where nobody does, it is told how things stand (RFC 8628
 * §3.5). An answer that is there is not held back from a device that asks too early.
 * @throws OAuthError authorization_pending, slow_down, access_denied, expired_token, invalid_grant
 */
export function assertDeviceAllowed(code: DeviceCodeFacts, now: Date): void {
  if (code.consumedAt !== null) throw unusableDeviceCode('the device code was redeemed before');
  if (code.deniedAt !== null) throw refusal('access_denied', faults.deviceDenied);
  if (code.usableUntil <= now) throw refusal('expired_token', faults.deviceCodeExpired);
  if (code.authorizationGrantId === null) {
    throw code.tooEarly
      ? refusal('slow_down', faults.devicePollsTooOften)
      : refusal('authorization_pending', faults.devicePending);
  }
  if (!code.alive) throw unusableDeviceCode('the authorization grant of the device code has ended');
}
