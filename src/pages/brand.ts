import { createHash } from 'node:crypto';
import { type BoundedCache, createBoundedCache } from '../cache/bounded-cache.js';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import { channelsOf, palettes, type Scheme } from '../config/palette.js';
import type { HeaderList } from '../http/browser/headers.js';
import type { Language } from '../protocol/language.js';
import { stylesheet } from './stylesheet.js';

export type PagesConfig = DatabaseRoleConfig['pages'];

/** What the pages have from the configuration: whose they are and how they look. Made once for a role. */
export interface Brand {
  readonly productName: string;
  /** The address of an image; `data:` where it stands in the page itself. */
  readonly logo?: string | undefined;
  readonly links: PagesConfig['links'];
  /** The one stylesheet, in the colours of the configuration. */
  readonly stylesheet: string;
  /** How a Content-Security-Policy names it (CSP Level 3 §2.3.1). */
  readonly stylesheetHash: string;
  /** The language of whoever wishes for none. */
  readonly language: Language;
  /** Policies that were made before, by what they allow. */
  readonly policies: BoundedCache<HeaderList>;
}

/** One for each client with a logo, and a few. */
const mostPolicies = 256;

/** A colour with so much of another in it, from 0 to 1. */
function mixed(colour: string, other: string, share: number): string {
  const others = channelsOf(other);
  const channels = channelsOf(colour).map((channel, at) => channel + ((others[at] ?? 0) - channel) * share);
  return `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

/** The colours that differ from our own, and those that are mixed from them. */
function declarationsOf(scheme: Scheme, { accent, ground }: PagesConfig['colours'][Scheme]): string {
  const { card, ink } = palettes[scheme];
  const declared: Readonly<Record<string, string>> = {
    ...(accent && { accent, 'accent-strong': mixed(accent, ink, 0.25), wash: mixed(card, accent, 0.1) }),
    ...(ground && { ground, glow: mixed(ground, accent ?? palettes[scheme].accent, 0.08) }),
  };
  return Object.entries(declared)
    .map(([name, value]) => `--${name}:${value};`)
    .join('');
}

function stylesheetOf({ colours, stylesheet: own }: PagesConfig): string {
  const light = declarationsOf('light', colours.light);
  const dark = declarationsOf('dark', colours.dark);
  return [
    stylesheet,
    // Each in its own scheme: without the query the light ones would win over our dark ones.
    light && `@media (prefers-color-scheme:light){:root{${light}}}`,
    dark && `@media (prefers-color-scheme:dark){:root{${dark}}}`,
    // As the parser of HTML turns line ends, or the hash would not fit.
    own?.replace(/\r\n?/g, '\n'),
  ]
    .filter(Boolean)
    .join('\n');
}

export function brandOf(pages: PagesConfig): Brand {
  const sheet = stylesheetOf(pages);
  return {
    productName: pages.productName,
    logo: pages.logo === undefined ? pages.logoUrl : `data:image/svg+xml,${encodeURIComponent(pages.logo)}`,
    links: pages.links,
    stylesheet: sheet,
    stylesheetHash: `sha256-${createHash('sha256').update(sheet).digest('base64')}`,
    language: pages.language,
    policies: createBoundedCache(mostPolicies),
  };
}

/** For roles that have no pages of their own to configure. */
export const plainBrand: Brand = brandOf({
  productName: 'Identity',
  language: 'en',
  links: [],
  colours: { light: {}, dark: {} },
});
