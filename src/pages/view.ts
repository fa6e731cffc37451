import type { IncomingMessage } from 'node:http';
import type { Cookies } from '../http/browser/cookies.js';
import { chooseLanguage, type Language, languages } from '../protocol/language.js';
import type { Brand } from './brand.js';
import { textsIn } from './languages.js';
import type { Texts } from './texts/en.js';

/** How a page is shown: in somebody's language, and in the looks of the installation. */
export interface View {
  readonly brand: Brand;
  readonly texts: Texts;
  /** The path that shows this page again; without it the language cannot be changed there. */
  readonly here?: string | undefined;
  /** In a window of its own, with nothing around (OIDC Core §3.1.2.1 `display=popup`). */
  readonly compact?: boolean | undefined;
}

/** What a browser says of its reader, as values. */
export interface Reader {
  /** The field Accept-Language. */
  readonly accepted: string | undefined;
  readonly chosen: Language | undefined;
  /** For which request it was chosen. */
  readonly chosenFor: string | undefined;
}

/** What the page belongs to. */
export interface PageContext {
  /** The languages that the request asks for (OIDC Core §3.1.2.1 `ui_locales`). */
  readonly requested?: readonly string[] | undefined;
  /** The language of whoever is signed in, as their account says it. */
  readonly own?: string | undefined;
  /** The request's name in the language cookie. */
  readonly request?: string | undefined;
  readonly here?: string | undefined;
}

export const languageCookieName = 'language';

export const asLanguage = (text: string | undefined): Language | undefined => languages.find((tag) => tag === text);

/** The value of the language cookie: a choice outdoes the wishes of the one request on whose pages it was made. */
export const languageCookieValue = (language: Language, request: string | undefined): string =>
  request === undefined ? language : `${language}.${request}`;

export function readerOf(cookies: Cookies, req: IncomingMessage): Reader {
  const [language, chosenFor] = (cookies.read(req, languageCookieName) ?? '').split('.');
  return { accepted: req.headers['accept-language'], chosen: asLanguage(language), chosenFor };
}

export function viewFor(brand: Brand, reader: Reader, { requested = [], own, request, here }: PageContext = {}): View {
  const chosenSince = request !== undefined && reader.chosenFor === request;
  const language = chooseLanguage({ ...reader, requested, own, chosenSince }, brand.language);
  return { brand, texts: textsIn[language], here };
}
