import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Fault, faults } from '../../../src/protocol/fault-sentences.js';

const root = join(import.meta.dirname, '../../../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== join('protocol', 'fault-sentences.ts'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

const usesOf = (name: string) =>
  sources.flatMap(({ file, text }) => (text.match(new RegExp(`\\bfaults\\.${name}\\b`, 'g')) ?? []).map(() => file));

const table = Object.entries<Fault | ((...values: string[]) => Fault)>(faults);
const all = table.map(([name, entry]) => ({
  name,
  namesParameter: typeof entry === 'function',
  ...(typeof entry === 'function' ? entry('name', 'other') : entry),
}));

/** Told apart, these would tell a thief whether a token was ever good (RFC 9700 §4.14.2). */
const alike = ['codeNotUsable', 'refreshTokenNotUsable'];

describe('I5: the sentence of a fault (RFC 6749 §4.1.2.1)', () => {
  it('is one of its own for each mistake', () => {
    const sentences = all.map(({ sentence }) => sentence.toLowerCase());
    expect(sentences.filter((sentence, at) => sentences.indexOf(sentence) !== at)).toEqual([]);
  });

  it.each(all)('$name: is a sentence in the characters that are allowed, with the rule it breaks', (entry) => {
    expect(entry.sentence).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+\.$/);
    expect(entry.section).toMatch(/ (§\d|appendix [A-Z])/);
  });

  it.each(all.filter(({ name, namesParameter }) => !namesParameter && !alike.includes(name)))(
    '$name: is thrown in exactly one place',
    ({ name }) => {
      const uses = usesOf(name);
      expect(uses).toHaveLength(1);
    },
  );

  it.each(alike)('%s: is shared by all that must look alike', (name) => {
    expect(usesOf(name).length).toBeGreaterThan(1);
  });
});

/** Codes that say all there is to say: it is not a mistake of the request, or nobody may learn which one (RFC 6749 §5.2). */
const saysItAll = ['invalid_client', 'server_error', 'temporarily_unavailable', 'insufficient_scope', 'invalid_token'];

describe('I5: a refusal of the protocol (RFC 6749 §4.1.2.1, §5.2)', () => {
  const constructions = sources
    .filter(({ file }) => file.startsWith('protocol') || file.startsWith('authz'))
    .flatMap(({ file, text }) =>
      [...text.matchAll(/new OAuthError\(('(\w+)'[^;]*?)\)[;,\s]/gs)].map(([, options = '', code = '']) => ({
        file,
        code,
        options,
      })),
    );

  it('is looked for in the right places', () => {
    expect(constructions.length).toBeGreaterThan(30);
  });

  it.each(constructions.filter(({ code }) => !saysItAll.includes(code)))(
    'names its fault: $file, $options',
    (refusal) => {
      expect(refusal.options).toMatch(/\bfault\b/);
    },
  );
});
