import { describe, expect, it } from '@jest/globals';
import { contrast, contrastFaults, leastContrast, palettes } from '../../../src/config/palette.js';

describe('Contrast (WCAG 2.2 §1.4.3)', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#000000', 21],
    ['#777777', '#ffffff', 4.48],
    ['#123456', '#123456', 1],
  ])('of %s and %s is %d', (one, other, expected) => {
    expect(contrast(one, other)).toBeCloseTo(expected, 2);
  });

  it.each(['light', 'dark'] as const)('of our own colours is enough, %s', (scheme) => {
    expect(contrastFaults(scheme, palettes[scheme])).toEqual([]);
    const { ink, quiet, card } = palettes[scheme];
    expect(Math.min(contrast(ink, card), contrast(quiet, card))).toBeGreaterThan(leastContrast);
  });

  it.each([
    [
      'light',
      { accent: '#ffcc00' },
      [/^has a contrast of 1\.\d\d:1 with the words on a button .* take a darker one$/, /links/],
    ],
    ['dark', { accent: '#333333' }, [/take a lighter one$/, /links/]],
    ['light', { ground: '#000000' }, [/the text on it .* take a lighter one$/, /small text/]],
    ['dark', { ground: '#ffffff' }, [/take a darker one$/, /small text/]],
    ['light', { accent: '#0a5f38', ground: '#ffffff' }, []],
    ['light', {}, []],
  ] as const)('%s: %j', (scheme, chosen, problems) => {
    const found = contrastFaults(scheme, chosen).map(({ problem }) => problem);
    expect(found).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});
