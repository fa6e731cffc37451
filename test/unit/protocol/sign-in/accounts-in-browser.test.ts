import { describe, expect, it } from '@jest/globals';
import {
  mayMeanAnother,
  type NamingRequest,
  namedSession,
} from '../../../../src/protocol/sign-in/accounts-in-browser.js';

const ann = { userId: 'a', username: 'ann', email: 'Ann@Example.com' };
const ben = { userId: 'b', username: 'ben', email: null };
const carl = { userId: 'c', username: 'carl', email: 'ann@example.org' };
const sessions = [ann, ben, carl];

describe('Which of a browser’s sessions a request names (OIDC Core §3.1.2.1, §5.5.1)', () => {
  it.each<[string, NamingRequest, (typeof sessions)[number] | undefined]>([
    ['nobody', {}, undefined],
    ['id_token_hint', { hintedSubject: 'b' }, ben],
    ['id_token_hint of somebody else', { hintedSubject: 'x' }, undefined],
    ['sub by value', { requestedSubjects: ['x', 'c'] }, carl],
    ['both, of one', { hintedSubject: 'c', requestedSubjects: ['b', 'c'] }, carl],
    ['both, of none', { hintedSubject: 'c', requestedSubjects: ['b'] }, undefined],
    ['login_hint by username', { loginHint: ' BEN ' }, ben],
    ['login_hint by address', { loginHint: 'ann@example.com' }, ann],
    ['login_hint by another address', { loginHint: 'ann@example.org' }, carl],
    ['login_hint of somebody else', { loginHint: 'dora' }, undefined],
    ['id_token_hint before login_hint', { hintedSubject: 'b', loginHint: 'ann' }, ben],
    ['id_token_hint of somebody else before login_hint', { hintedSubject: 'x', loginHint: 'ann' }, undefined],
  ])('%s', (_, request, expected) => expect(namedSession(request, sessions)).toBe(expected));

  it.each<[NamingRequest, boolean]>([
    [{}, false],
    [{ hintedSubject: 'a' }, false],
    [{ requestedSubjects: ['a', 'b'] }, false],
    [{ hintedSubject: 'b' }, true],
    [{ requestedSubjects: ['b'] }, true],
    [{ loginHint: 'ann' }, true],
  ])('%j may mean another than ann: %s', (request, expected) => expect(mayMeanAnother(request, 'a')).toBe(expected));
});
