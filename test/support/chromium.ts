import { type Browser, chromium } from 'playwright-core';

/** A real Chromium with its web security on; one for a file, a context for each test. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.TEST_CHROMIUM_PATH ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'],
  });
