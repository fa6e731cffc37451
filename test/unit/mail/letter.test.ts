import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { momentIn } from '../../../src/mail/templates/letter.js';

const moment = '2026-11-24T09:05:00Z';

describe('a moment in a letter or on a page', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['en', /^November 24, 2026.* 9:05\sAM UTC$/],
    ['de', /^24\. November 2026.* 09:05 UTC$/],
  ])('is written as in the language %s', (language, written) => {
    expect(momentIn(language, moment)).toMatch(written);
  });

  it('takes one formatter for each language, however many are written', () => {
    const made = jest.spyOn(Intl, 'DateTimeFormat');
    for (let times = 0; times < 100; times += 1) {
      for (const language of ['fr', 'es']) momentIn(language, moment);
    }
    expect(made).toHaveBeenCalledTimes(2);
  });
});
