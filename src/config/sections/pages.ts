import * as z from 'zod';
import { type Language, languages } from '../../protocol/language.js';
import { colour, httpUrl, list, orFile, stylesheetText, svgText, text } from '../values.js';

/** What stands out, and what is behind everything. */
const colours = z.strictObject({ accent: colour().optional(), ground: colour().optional() }).prefault({});

/** Of the languages, those in which a text differs. */
const translations = z
  .strictObject(
    Object.fromEntries(languages.map((tag) => [tag, text().optional()])) as Record<
      Language,
      z.ZodOptional<z.ZodString>
    >,
  )
  .prefault({});

export const pages = z
  .strictObject({
    product_name: text().default('Identity'),
    lost_password_url: httpUrl().optional(),
    /** For whom neither the request nor the browser names a language that we have. */
    language: z.enum(languages).default('en'),
    ...orFile('logo', svgText()),
    logo_url: httpUrl().meta({ alternativeTo: 'logo' }).optional(),
    colours: z.strictObject({ light: colours, dark: colours }).prefault({}),
    /** Below our own, so that it wins. */
    ...orFile('stylesheet', stylesheetText()),
    /** At the foot of every page. */
    links: list(z.strictObject({ text: text(), url: httpUrl(), translations })),
  })
  .prefault({});
