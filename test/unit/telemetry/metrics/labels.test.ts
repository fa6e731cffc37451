import { describe, expect, it } from '@jest/globals';
import { bounded, methodLabel, oneOf, statusLabel } from '../../../../src/telemetry/metrics/labels.js';

describe('metric labels', () => {
  it.each([
    ['GET', 'GET'],
    ['DELETE', 'DELETE'],
    ['get', 'OTHER'],
    ['PROPFIND', 'OTHER'],
    ['X'.repeat(30), 'OTHER'],
  ])('method %s', (method, label) => expect(methodLabel(method)).toBe(label));

  it.each([
    [200, '200'],
    [499, '499'],
    [0, 'other'],
    [1000, 'other'],
  ])('status %i is %s', (status, label) => expect(statusLabel(status)).toBe(label));

  it('of a fixed set are of the set, or other', () => {
    const known = new Set(['a', 'b']);
    expect(['a', 'b', 'c', ''].map((value) => oneOf(known, value))).toEqual(['a', 'b', 'other', 'other']);
  });

  it('of an open set stop growing', () => {
    const label = bounded(3);
    const labels = new Set(Array.from({ length: 10_000 }, (_, index) => label(`v${index}`)));
    expect([...labels]).toEqual(['v0', 'v1', 'v2', 'other']);
    expect([label('v1'), label('v9'), bounded(3)('x'.repeat(101))]).toEqual(['v1', 'other', 'other']);
  });
});
