import { describe, expect, it } from '@jest/globals';
import {
  acceptedPasskeys,
  answeredChallenge,
  isClonedBy,
  isOwnHandle,
  type PasskeyDeviceType,
  parsePasskeyAnswer,
  passkeyMethods,
  userHandleOf,
} from '../../../../src/protocol/sign-in/passkey.js';

const userId = '01234567-89ab-4cde-8f01-23456789abcd';
const clientDataJSON = Buffer.from('{"type":"webauthn.get","challenge":"c"}').toString('base64url');
const answer = {
  id: 'A'.repeat(22),
  rawId: 'A'.repeat(22),
  type: 'public-key',
  response: { clientDataJSON, userHandle: userHandleOf(userId) },
  clientExtensionResults: { prf: {} },
};

describe('Methods of a passkey (RFC 8176 §2)', () => {
  it.each<[PasskeyDeviceType, boolean, string[]]>([
    ['single', true, ['hwk', 'user', 'mfa']],
    ['single', false, ['hwk', 'user']],
    ['multi', true, ['swk', 'user', 'mfa']],
    ['multi', false, ['swk', 'user']],
  ])('on a %s device, user verified: %s', (deviceType, userVerified, expected) => {
    expect(passkeyMethods({ deviceType, userVerified })).toEqual(expected);
  });
});

describe('Signature counter (WebAuthn Level 3 §7.2 step 22)', () => {
  it.each([
    [0, 0, false],
    [0, 1, false],
    [1, 2, false],
    [1, 1, true],
    [2, 1, true],
    [1, 0, true],
  ])('after %d, %d', (stored, counter, cloned) => {
    expect(isClonedBy(stored, counter)).toBe(cloned);
  });
});

describe('An answer (WebAuthn Level 3 §5.1.8)', () => {
  it('is read without what nobody looks at', () => {
    const read = parsePasskeyAnswer(JSON.stringify({ ...answer, authenticatorAttachment: 'platform', more: 1 }));
    expect(read).toEqual({ ...answer, clientExtensionResults: {}, authenticatorAttachment: undefined });
    expect(read && [answeredChallenge(read), isOwnHandle(read, userId)]).toEqual(['c', true]);
  });

  it.each<[string, unknown]>([
    ['no object', [answer]],
    ['another type', { ...answer, type: 'password' }],
    ['two ids', { ...answer, rawId: 'B'.repeat(22) }],
    ['an id that is none', { ...answer, id: 'é', rawId: 'é' }],
    ['an id that is too long', { ...answer, id: 'A'.repeat(1365), rawId: 'A'.repeat(1365) }],
    ['no response', { ...answer, response: null }],
    ['no client data', { ...answer, response: {} }],
  ])('with %s is none', (_name, value) => {
    expect(parsePasskeyAnswer(JSON.stringify(value))).toBeUndefined();
  });

  it.each(['', '{', 'undefined'])('that is no JSON is none: %j', (text) => {
    expect(parsePasskeyAnswer(text)).toBeUndefined();
  });

  it.each(['', Buffer.from('[]').toString('base64url'), Buffer.from('{"challenge":1}').toString('base64url')])(
    'to no challenge is to none: %j',
    (data) => {
      const read = parsePasskeyAnswer(JSON.stringify({ ...answer, response: { clientDataJSON: data } }));
      expect(read && answeredChallenge(read)).toBeUndefined();
    },
  );

  it('of another account, or of none, is not of this one', () => {
    for (const userHandle of [undefined, '', userHandleOf('11234567-89ab-4cde-8f01-23456789abcd')]) {
      const read = parsePasskeyAnswer(JSON.stringify({ ...answer, response: { clientDataJSON, userHandle } }));
      expect(read && isOwnHandle(read, userId)).toBe(false);
    }
  });
});

describe('What a password manager is told (WebAuthn Level 3 §5.1.10)', () => {
  it('names the account by its handle, and by the username where it has no name', () => {
    const user = { id: userId, username: 'ada', displayName: null };
    expect(acceptedPasskeys('example.org', user, ['x'])).toEqual({
      rpId: 'example.org',
      userId: 'ASNFZ4mrTN6PASNFZ4mrzQ',
      allAcceptedCredentialIds: ['x'],
      name: 'ada',
      displayName: 'ada',
    });
  });
});
