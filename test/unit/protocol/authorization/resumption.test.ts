import { describe, expect, it } from '@jest/globals';
import { decideResumption, type ResumptionFacts } from '../../../../src/protocol/authorization/resumption.js';

const now = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const facts: ResumptionFacts = {
  failed: false,
  redeemedAt: null,
  expiresAt: at(60),
  ours: false,
  codeUnused: false,
  prompts: [],
};
const redeemed: ResumptionFacts = { ...facts, redeemedAt: at(-9), ours: true, codeUnused: true };

describe('a handle that was not redeemed (RFC 6749 §4.1.2, OIDC Core §3.1.2.6)', () => {
  it.each([
    ['unknown', null, { kind: 'page', reason: 'gone' }],
    ['expired', { ...facts, ours: true, expiresAt: now }, { kind: 'page', reason: 'gone' }],
    ['of another browser', facts, { kind: 'page', reason: 'foreign' }],
    ['of another browser, silent', { ...facts, prompts: ['none'] }, { kind: 'refused', error: 'login_required' }],
    ['of this browser, where its session has ended', { ...facts, ours: true }, { kind: 'page', reason: 'gone' }],
    ['redeemed by another browser', { ...redeemed, ours: false }, { kind: 'page', reason: 'foreign' }],
    ['redeemed 9 s ago', redeemed, { kind: 'repeat' }],
    ['redeemed 9 s ago, code exchanged', { ...redeemed, codeUnused: false }, { kind: 'page', reason: 'finished' }],
    ['redeemed 10 s ago', { ...redeemed, redeemedAt: at(-10) }, { kind: 'page', reason: 'finished' }],
    ['error told 9 s ago', { ...redeemed, failed: true, ours: false, codeUnused: false }, { kind: 'repeat' }],
    ['error told 10 s ago', { ...redeemed, failed: true, redeemedAt: at(-10) }, { kind: 'page', reason: 'finished' }],
  ] as const)('%s', (_, known, resumption) => expect(decideResumption(known, now)).toEqual(resumption));
});
