/** Browsers by what they call themselves; several also call themselves by the names below theirs. */
const browsers: readonly (readonly [sign: RegExp, name: string])[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
];

const systems: readonly (readonly [sign: RegExp, name: string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

const nameIn = (table: typeof browsers, text: string): string | undefined =>
  table.find(([sign]) => sign.test(text))?.[1];

/**
 * By what people tell their browsers apart, out of the field User-Agent: "Firefox, Linux". Names only, so that it needs no
 * translation and a session keeps no more of a browser than its person would say.
 * @returns null where the field says neither
 */
export function deviceOf(userAgent: string | undefined): string | null {
  const text = (userAgent ?? '').slice(0, 512);
  const names = [nameIn(browsers, text), nameIn(systems, text)].filter((name) => name !== undefined);
  return names.length > 0 ? names.join(', ') : null;
}
