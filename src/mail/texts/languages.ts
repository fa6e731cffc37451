import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { MailTexts } from './mail-texts.js';

/** By primary subtag (RFC 5646 §2.2.1); the first is that of whoever reads none of them. */
export const languages = { en, de, fr, es } as const satisfies Readonly<Record<string, MailTexts>>;

/** The texts for a language tag, `de-AT` as `de`; in English where there are none. */
export function textsIn(tag: string): MailTexts {
  const [primary = ''] = tag.toLowerCase().split(/[-_]/);
  return Object.hasOwn(languages, primary) ? languages[primary as keyof typeof languages] : en;
}
