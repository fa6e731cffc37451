// A real Chromium for recipes that run in a browser.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

async function executablePath() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const nss = ['x86_64-linux-gnu/libnss3.so', 'aarch64-linux-gnu/libnss3.so'].map((name) => `/usr/lib/${name}`);
  // The package brings the library along for AWS Lambda only; saying so makes it unpack it.
  if (![...nss, '/usr/lib64/libnss3.so'].some(existsSync)) process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x';
  const { default: packed } = await import('@sparticuz/chromium');
  return packed.executablePath();
}

/** With its web security on: CORS is part of what these recipes show. */
export const launchChromium = async () =>
  chromium.launch({
    executablePath: await executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'],
  });
