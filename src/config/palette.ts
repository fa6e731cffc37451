/** The colours of the pages, and how well they can be told apart (WCAG 2.2 §1.4.3). */

/** By the names that the stylesheet has for them. */
export interface Palette {
  /** Behind everything. */
  readonly ground: string;
  readonly card: string;
  readonly ink: string;
  readonly quiet: string;
  /** Buttons and links. */
  readonly accent: string;
  /** The words on a button. */
  readonly onAccent: string;
}

export type Scheme = 'light' | 'dark';

export const palettes: Readonly<Record<Scheme, Palette>> = {
  light: {
    ground: '#eef1f6',
    card: '#ffffff',
    ink: '#161b2b',
    quiet: '#525a70',
    accent: '#3444c8',
    onAccent: '#ffffff',
  },
  dark: {
    ground: '#0e1118',
    card: '#181c27',
    ink: '#eceff7',
    quiet: '#a9b1c6',
    accent: '#a6b1ff',
    onAccent: '#11163a',
  },
};

/** The least that text needs to be read (WCAG 2.2 §1.4.3). */
export const leastContrast = 4.5;

/** Red, green and blue from 0 to 255, of `#rrggbb`. */
export const channelsOf = (colour: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(one: string, other: string): number {
  const [bright, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

/** The pairs that are read, as far as a configuration can change one of them. */
const pairs = [
  ['accent', 'onAccent', 'the words on a button'],
  ['accent', 'card', 'the card, on which links stand'],
  ['ground', 'ink', 'the text on it'],
  ['ground', 'quiet', 'the small text on it'],
] as const satisfies readonly (readonly [keyof Palette, keyof Palette, string])[];

/** What cannot be read in the colours of a scheme: the colour that was chosen, and why not. */
export function contrastFaults(
  scheme: Scheme,
  chosen: Partial<Palette>,
): readonly { readonly colour: 'accent' | 'ground'; readonly problem: string }[] {
  const palette = { ...palettes[scheme], ...chosen };
  return pairs.flatMap(([colour, beside, what]) => {
    if (chosen[colour] === undefined) return [];
    const found = contrast(palette[colour], palette[beside]);
    if (found >= leastContrast) return [];
    const told = `${(Math.floor(found * 100) / 100).toFixed(2)}:1`;
    const remedy = (scheme === 'light') === (colour === 'accent') ? 'a darker' : 'a lighter';
    const problem = `has a contrast of ${told} with ${what} (${palette[beside]}); expected at least ${leastContrast}:1, take ${remedy} one`;
    return [{ colour, problem }];
  });
}
