import { describe, expect, it } from '@jest/globals';
import {
  decideRefresh,
  type RefreshPresentation,
  type RefreshTokenFacts,
} from '../../../../src/protocol/token/refresh-rotation.js';

const now = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const unused: RefreshTokenFacts = {
  clientId: 'c1',
  expiresAt: at(60),
  consumedAt: null,
  successorConsumedAt: null,
  successorExpiresAt: null,
  alive: true,
};
const presented: RefreshPresentation = { clientId: 'c1', isPublic: true, fromSameAddress: true, now, grace: 10_000 };
const rotated: RefreshTokenFacts = { ...unused, consumedAt: at(-9), successorExpiresAt: at(60) };

describe('refresh token rotation (RFC 6749 §6, RFC 9700 §4.14.2)', () => {
  it.each([
    ['unused', unused, 'rotate'],
    ['expired', { ...unused, expiresAt: now }, 'refuse'],
    ['of another client', { ...unused, clientId: 'c2' }, 'refuse'],
    ['of a grant that has ended', { ...unused, alive: false }, 'refuse'],
    ['rotated 9 s ago, successor unused', rotated, 'repeat'],
    ['rotated 9 s ago by another client', { ...rotated, clientId: 'c2' }, 'refuse'],
    ['rotated 9 s ago, grant ended since', { ...rotated, alive: false }, 'refuse'],
    ['rotated 9 s ago, successor used', { ...rotated, successorConsumedAt: at(-1) }, 'reuse'],
    ['rotated 10 s ago', { ...rotated, consumedAt: at(-10) }, 'reuse'],
    ['rotated, successor expired or gone', { ...rotated, successorExpiresAt: null }, 'reuse'],
  ] as const)('%s: %s', (_, token, decision) => expect(decideRefresh(token, presented)).toBe(decision));

  it.each([
    ['a confidential client', { isPublic: false }],
    ['another address block', { fromSameAddress: false }],
  ])('S21: within the grace, yet of %s', (_, over) =>
    expect(decideRefresh(rotated, { ...presented, ...over })).toBe('reuse'),
  );

  it('asks neither before it is used', () => {
    expect(decideRefresh(unused, { ...presented, isPublic: false, fromSameAddress: false })).toBe('rotate');
  });
});
