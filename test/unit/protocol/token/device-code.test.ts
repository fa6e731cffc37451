import { describe, expect, it } from '@jest/globals';
import { assertDeviceAllowed, type DeviceCodeFacts } from '../../../../src/protocol/token/device-code.js';

const now = new Date('2030-01-01T12:00:00Z');
const waiting: DeviceCodeFacts = {
  usableUntil: new Date(now.getTime() + 1),
  deniedAt: null,
  consumedAt: null,
  authorizationGrantId: null,
  alive: false,
  tooEarly: false,
};
const allowed = { authorizationGrantId: 'grant', alive: true };

describe('A device that polls (RFC 8628 §3.5)', () => {
  it.each([
    ['nobody has decided yet', {}, 'authorization_pending'],
    ['and it did not wait', { tooEarly: true }, 'slow_down'],
    ['denied', { deniedAt: now }, 'access_denied'],
    ['denied, and expired since', { deniedAt: now, usableUntil: now }, 'access_denied'],
    ['expired', { usableUntil: now }, 'expired_token'],
    ['allowed, and expired since', { ...allowed, usableUntil: now }, 'expired_token'],
    ['redeemed before', { ...allowed, consumedAt: now }, 'invalid_grant'],
    ['its authorization grant has ended', { ...allowed, alive: false }, 'invalid_grant'],
  ])('%s', (_, facts, code) => {
    expect(() => assertDeviceAllowed({ ...waiting, ...facts }, now)).toThrow(
      expect.objectContaining({ code, status: 400 }),
    );
  });

  it('allowed: its tokens, however early it asks', () => {
    expect(() => assertDeviceAllowed({ ...waiting, ...allowed, tooEarly: true }, now)).not.toThrow();
  });
});
