import { describe, expect, it } from '@jest/globals';
import { textsIn } from '../../../src/pages/languages.js';
import { languages } from '../../../src/protocol/language.js';

type Entry = readonly [path: string, value: unknown];

const entriesOf = (value: unknown, path = ''): Entry[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => entriesOf(inner, path === '' ? key : `${path}.${key}`))
    : [[path, value]];

/** A sentence with its values filled in, so that functions are read as well. */
const sentence = (value: unknown, one: unknown = 'NAME'): string =>
  String(typeof value === 'function' ? value(one) : value);

const english = entriesOf(textsIn.en);
const wordsOf = (entries: readonly Entry[]) => entries.map(([path, value]) => [path, sentence(value)] as const);

/** The same in English by right. */
const alike: Readonly<Record<string, readonly string[]>> = {
  de: ['direction', 'device.code'],
  fr: ['direction', 'device.code'],
  es: ['direction'],
};

describe.each(languages)('Texts in %s', (language) => {
  const texts = textsIn[language];
  const entries = entriesOf(texts);
  const words = wordsOf(entries);

  it('are named by their language', () => {
    expect(texts.language).toBe(language);
    expect(new Intl.DisplayNames(language, { type: 'language' }).of(language)?.toLowerCase()).toBe(
      texts.name.toLowerCase(),
    );
  });

  it('have every key and no other, in one order', () => {
    expect(entries.map(([path]) => path)).toEqual(english.map(([path]) => path));
  });

  it('take the same values', () => {
    const valuesOf = (all: readonly Entry[]) =>
      all.map(([path, value]) => [path, typeof value === 'function' ? value.length : 'none']);
    expect(valuesOf(entries)).toEqual(valuesOf(english));
  });

  it('say each value that they take', () => {
    const silent = entries.filter(([, value]) => typeof value === 'function' && !sentence(value).includes('NAME'));
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('are not left in English', () => {
    if (language === 'en') return;
    const originals = new Map(wordsOf(english));
    const same = words.filter(([path, word]) => originals.get(path) === word).map(([path]) => path);
    expect(same).toEqual(alike[language]);
  });

  it('count seconds', () => {
    const said = [1, 2, 60].map((seconds) => texts.login.delayed(seconds));
    expect(said[0]).not.toMatch(/1|seconds|Sekunden|secondes|segundos/);
    expect(said[0]).toMatch(/\b(a second|eine Sekunde|une seconde|un segundo)\b/);
    expect(said[1]).toMatch(/2\s(seconds|Sekunden|secondes|segundos)\b/);
    expect(said[2]).toMatch(/60\s(seconds|Sekunden|secondes|segundos)\b/);
  });

  it('are set in the marks of their language', () => {
    const wrong: Readonly<Record<string, RegExp>> = {
      en: /["']|\s[?!;:]|„|«/,
      de: /["'“](?=\w)|”|«|»|\s[?!;:]/,
      // Thin and fixed before ? ! ;, fixed before : and inside guillemets.
      fr: /["'“”„]|[^\u202f][?!;]|[^\u00a0]:(?!\/)|«[^\u00a0]|[^\u00a0]»/,
      es: /["'“”„]|\s[?!;:]|^[^¿]*\?|« | »/,
    };
    const faulty = words.filter(([path, word]) => !path.startsWith('consent.scopes.') && wrong[language]?.test(word));
    expect(faulty).toEqual([]);
  });

  it('speak politely', () => {
    const familiar: Readonly<Record<string, RegExp>> = {
      en: /(?!)/,
      de: /(?<!\p{L})(du|dich|dir|dein\p{L}*)(?!\p{L})/iu,
      fr: /(?<!\p{L})(tu|te|toi|ton|ta|tes)(?!\p{L})/iu,
      es: /(?<!\p{L})(tú|tu|tus|te|contigo)(?!\p{L})/iu,
    };
    expect(words.filter(([, word]) => familiar[language]?.test(word))).toEqual([]);
  });
});
