import type { Language } from '../protocol/language.js';
import { de } from './texts/de.js';
import { en, type Texts } from './texts/en.js';
import { es } from './texts/es.js';
import { fr } from './texts/fr.js';

/** The pages in each language that discovery announces. */
export const textsIn: Readonly<Record<Language, Texts>> = { en, de, fr, es };
