/** docs/conformance-requirements.md and the tests that it names say the same. */
import { describe, expect, it } from '@jest/globals';
import { filesBelow, text } from './source.js';

const listed = [...text('docs/conformance-requirements.md').matchAll(/^\| (§.*) \| `([^`]*)`.*\|$/gm)].map(
  ([, title, file]) => `${file} ${title}`,
);
const titles = filesBelow('test', '.test.ts')
  .filter((file) => !file.startsWith('test/architecture/'))
  .flatMap((file) =>
    [...text(file).matchAll(/['`](§\d+(?:\.\d+)+: [^'`\n]*)['`]/g)].map(([, title]) => `${file} ${title}`),
  );

describe('docs/conformance-requirements.md', () => {
  it('names tests that are there, by their titles', () => {
    expect(listed.length).toBeGreaterThan(10);
    expect(listed.filter((each) => !titles.includes(each))).toEqual([]);
  });
});
