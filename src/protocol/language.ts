/** The languages of our pages (OIDC Discovery §3 `ui_locales_supported`), as RFC 5646 §2.1 spells them. */
export const languages = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof languages)[number];

/** Of a list of wishes so many are looked at: a longer one is nobody's. */
const mostRanges = 32;

const isRange = (text: string): boolean => /^([a-z]{1,8}|\*)(-([a-z0-9]{1,8}|\*))*$/i.test(text);

/** `ui_locales`: tags in order of preference, separated by spaces (OIDC Core §3.1.2.1); what is no tag is left out. */
export const parseUiLocales = (value: string | undefined): readonly string[] =>
  (value ?? '').split(' ').filter(isRange).slice(0, mostRanges);

/** RFC 9110 §12.4.2: three decimals at most; anything else is as good as nothing. */
function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => /^\s*q\s*=/i.test(parameter));
  if (weight === undefined) return 1;
  const [, value] = /^\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*$/i.exec(weight) ?? [];
  return Number(value ?? 0);
}

/**
 * The ranges of an Accept-Language field, the preferred ones first, those of equal weight as they stand (RFC 9110 §12.5.4).
 * `*` and what is refused by `q=0` are left out: lookup has no use for them (RFC 4647 §3.4).
 */
export const parseAcceptLanguage = (field: string | undefined): readonly string[] =>
  (field ?? '')
    .split(',', mostRanges)
    .map((item) => {
      const [range = '', ...parameters] = item.split(';');
      return { range: range.trim(), weight: weightOf(parameters) };
    })
    .filter(({ range, weight }) => weight > 0 && range !== '*' && isRange(range))
    .sort((one, other) => other.weight - one.weight)
    .map(({ range }) => range);

/** Without its last subtag, and without a singleton that would then be the last (RFC 4647 §3.4). */
function truncated(range: string): string {
  const subtags = range.split('-').slice(0, -1);
  if (subtags.at(-1)?.length === 1) subtags.pop();
  return subtags.join('-');
}

/**
 * The language that fits best: for each range in turn the tag that it names, or the one that is left when subtags are taken
 * from its end (RFC 4647 §3.4). `de-AT` finds `de`; `de` does not find `de-AT`.
 */
export function lookupLanguage<Tag extends string>(
  ranges: readonly string[],
  available: readonly Tag[],
): Tag | undefined {
  for (const range of ranges) {
    for (let rest = range.toLowerCase(); rest !== ''; rest = truncated(rest)) {
      const found = available.find((tag) => tag.toLowerCase() === rest);
      if (found) return found;
    }
  }
  return undefined;
}

/** What is known of the language that somebody reads. */
export interface LanguageWishes {
  /** `ui_locales` of the request that led here (OIDC Core §3.1.2.1). */
  readonly requested: readonly string[];
  /** What the person chose on a page of ours, at any time … */
  readonly chosen?: Language | undefined;
  /** … or since this very request, or in the session that goes on, which it then outdoes. */
  readonly chosenSince?: boolean | undefined;
  /** What they said of themselves, whatever browser they use (OIDC Core §5.1 `locale`). */
  readonly own?: string | undefined;
  /** The field Accept-Language (RFC 9110 §12.5.4). */
  readonly accepted?: string | undefined;
}

/**
 * The language of a page: what the request asks for (OIDC Core §3.1.2.1), what the person said for their account, what somebody once
 * chose in this browser, what the browser accepts, and what is left to the configuration, in this order. Who chooses on the page itself
 * is heard first.
 */
export function chooseLanguage(wishes: LanguageWishes, otherwise: Language): Language {
  const { requested, chosen, chosenSince, own, accepted } = wishes;
  if (chosen && chosenSince) return chosen;
  return (
    lookupLanguage(requested, languages) ??
    (own === undefined ? undefined : lookupLanguage([own.replaceAll('_', '-')], languages)) ??
    chosen ??
    lookupLanguage(parseAcceptLanguage(accepted), languages) ??
    otherwise
  );
}
