/** What documents say about the repository is there. */
import { describe, expect, it } from '@jest/globals';
import { text } from './source.js';

describe('docs/pitfalls.md', () => {
  it('names tests that are there', () => {
    const cells = [...text('docs/pitfalls.md').matchAll(/\]\(\.\.\/(test\/[^)]+)\): ((?:“[^”]+”(?:, )?)+)/g)];
    expect(cells.length).toBeGreaterThan(100);
    const absent = cells.flatMap(([, file = '', titles = '']) => {
      const test = text(file);
      return [...titles.matchAll(/“([^”]+)”/g)].flatMap(([, title = '']) =>
        test.includes(title) ? [] : [`${file}: ${title}`],
      );
    });
    expect(absent).toEqual([]);
  });
});
