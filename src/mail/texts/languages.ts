import { type Language, languages, lookupLanguage } from '../../protocol/language.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { MailTexts } from './mail-texts.js';

const translations: Readonly<Record<Language, MailTexts>> = { en, de, fr, es };

/** The texts for a language tag, `de-AT` as `de` (RFC 4647 §3.4); where there are none, those in `otherwise`. */
export const textsIn = (tag: string, otherwise: Language): MailTexts =>
  translations[lookupLanguage([tag.replaceAll('_', '-')], languages) ?? otherwise];
