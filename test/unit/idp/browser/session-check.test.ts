import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { checkSession } from '../../../../src/idp/browser/session-check.js';
import { sha256 } from '../../../../src/idp/browser/sha256.js';
import { browserStateCookie, browserStateOf, sessionState } from '../../../../src/protocol/sign-in/session-state.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('SHA-256 in the browser (FIPS 180-4)', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('of %j', (text, digest) => expect(hex(sha256(text))).toBe(digest));

  it('is that of node:crypto for every length up to three blocks, and beyond ASCII', () => {
    const texts = [...Array.from({ length: 193 }, (_, length) => 'x'.repeat(length)), 'Straße 東京 🗝️'.repeat(9)];
    for (const text of texts) expect(hex(sha256(text))).toBe(createHash('sha256').update(text).digest('hex'));
  });
});

const [ann, ben] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const origin = 'https://client.example';
const client = { clientId: 'a client', redirectUri: `${origin}/callback?of=us` };
const told = (state: string) => `${client.clientId} ${sessionState(client, state, 'salt-_')}`;
const asked = (message: string, cookie?: string, seesCookies = true) =>
  checkSession({ message, origin, browserStates: cookie?.split('.'), seesCookies });

describe('the question whether a session has changed (OIDC Session Management §3.2)', () => {
  const message = told(browserStateOf(ann, 'current'));

  it.each([
    ['in the session that it was told of', browserStateCookie(ann, [ann]), 'unchanged'],
    ['with another one kept beside it', browserStateCookie(ann, [ann, ben]), 'unchanged'],
    ['after a switch, although the session goes on', browserStateCookie(ben, [ann, ben]), 'changed'],
    ['after a sign-out', browserStateCookie(undefined, []), 'changed'],
    ['after a sign-in as somebody else', browserStateCookie(ben, [ben]), 'changed'],
    ['where nobody has ever signed in', undefined, 'changed'],
  ])('%s: %s', (_, cookie, status) => expect(asked(message, cookie)).toBe(status));

  it('of a session that is kept beside the current one is about that, whichever is the current one', () => {
    const kept = told(browserStateOf(ann, 'kept'));
    expect(asked(kept, browserStateCookie(ben, [ben, ann]))).toBe('unchanged');
    expect(asked(kept, browserStateCookie(ann, [ben, ann]))).toBe('unchanged');
    expect(asked(kept, browserStateCookie(ben, [ben]))).toBe('changed');
  });

  it('where the browser shows frames no cookie nobody can say', () =>
    expect(asked(message, undefined, false)).toBe('error'));

  it('of another origin or client has another answer', () => {
    const browserStates = browserStateCookie(ann, [ann]).split('.');
    const at = (from: string, text: string) =>
      checkSession({ message: text, origin: from, browserStates, seesCookies: true });
    expect(at('https://elsewhere.example', message)).toBe('changed');
    expect(at(origin, message.replace('a client', 'another'))).toBe('changed');
  });

  it.each(['', 'client', 'client ', ' x.y', 'client hash', 'client hash.salt', `${message} more`, `${message}!`])(
    'is wrong as %j',
    (text) => expect(asked(text, browserStateCookie(ann, [ann]))).toBe('error'),
  );
});

describe('session_state (OIDC Session Management §3.2)', () => {
  it('holds no space, and is another one with each salt', () => {
    const states = ['one', 'two'].map((salt) => sessionState(client, 'state', salt) ?? '');
    for (const state of states) expect(state).toMatch(/^[\w-]{43}\.[\w-]+$/);
    expect(new Set(states).size).toBe(2);
  });

  it('is nothing for an app without an origin', () =>
    expect(sessionState({ ...client, redirectUri: 'com.example.app:/callback' }, 'state', 'salt')).toBeUndefined());

  it('of a browser says nothing of the secret or its hash', () => {
    const cookie = browserStateCookie(ann, [ann, ben]);
    expect(cookie).toMatch(/^[\w-]{22}(\.[\w-]{22}){2}$/);
    expect(cookie).not.toContain(ann.toString('base64url').slice(0, 8));
  });
});
