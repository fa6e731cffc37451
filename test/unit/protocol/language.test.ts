import { describe, expect, it } from '@jest/globals';
import {
  chooseLanguage,
  type LanguageWishes,
  lookupLanguage,
  parseAcceptLanguage,
  parseUiLocales,
} from '../../../src/protocol/language.js';

describe('ui_locales (OIDC Core §3.1.2.1)', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['fr-CA fr en', ['fr-CA', 'fr', 'en']],
    ['  de   zh-Hant-TW ', ['de', 'zh-Hant-TW']],
    ['de_DE "><script> en', ['en']],
    ['x'.repeat(9), []],
  ])('%j is %j', (value, ranges) => {
    expect(parseUiLocales(value)).toEqual(ranges);
  });
});

describe('Accept-Language (RFC 9110 §12.5.4)', () => {
  it.each([
    [undefined, []],
    ['da, en-gb;q=0.8, en;q=0.7', ['da', 'en-gb', 'en']],
    ['en;q=0.1,de;q=0.9,fr', ['fr', 'de', 'en']],
    ['es;q=0.5,fr;q=0.5', ['es', 'fr']],
    ['de;q=0, en', ['en']],
    ['*', []],
    ['de;Q=0.3 , fr ; q=0.4', ['fr', 'de']],
    ['de;q=2, fr;q=-1, es;q=x, en;q=1.000', ['en']],
    [', ,;q=1', []],
  ])('%j is %j', (field, ranges) => {
    expect(parseAcceptLanguage(field)).toEqual(ranges);
  });

  it('is read no further than anybody has wishes', () => {
    const field = `${'en;q=0.1,'.repeat(100_000)}de`;
    expect(parseAcceptLanguage(field)).toHaveLength(32);
  });
});

describe('Lookup (RFC 4647 §3.4)', () => {
  it.each([
    [['de-CH-1996'], 'de'],
    [['DE'], 'de'],
    [['zh-Hant-CN-x-private1'], 'zh-Hant'],
    [['zh-Hant-x'], 'zh-Hant'],
    [['ja', 'fr-CA'], 'fr'],
    [['fr', 'de'], 'fr'],
    [['zh'], undefined],
    [['*'], undefined],
    [['*-DE'], undefined],
    [[], undefined],
  ])('of %j finds %s', (ranges, found) => {
    expect(lookupLanguage(ranges, ['en', 'de', 'fr', 'zh-Hant'])).toBe(found);
  });
});

describe('The language of a page', () => {
  const all: LanguageWishes = { requested: ['de-AT'], chosen: 'fr', accepted: 'es-MX' };
  it.each<[string, Partial<LanguageWishes>, string]>([
    ['the request first (OIDC Core §3.1.2.1)', {}, 'de'],
    ['then what was chosen', { requested: ['ja'] }, 'fr'],
    ['then what the account says, before what somebody chose in the browser', { requested: [], own: 'de_CH' }, 'de'],
    ['… where it is a language of ours', { requested: [], chosen: undefined, own: 'ja-JP' }, 'es'],
    ['then what the browser accepts', { requested: [], chosen: undefined }, 'es'],
    ['then what is configured', { requested: [], chosen: undefined, accepted: 'ja' }, 'en'],
    ['what is chosen since the request before all', { chosenSince: true }, 'fr'],
    ['nothing chosen since the request', { chosen: undefined, chosenSince: true }, 'de'],
  ])('is %s', (_, wishes, language) => {
    expect(chooseLanguage({ ...all, ...wishes }, 'en')).toBe(language);
  });
});
