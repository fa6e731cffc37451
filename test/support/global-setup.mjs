import { existsSync } from 'node:fs';
import { startPostgres } from './postgres.mjs';

/** Chromium is unpacked once: concurrent first calls of the package disturb each other. */
async function chromiumPath() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const nss = [
    '/usr/lib/x86_64-linux-gnu/libnss3.so',
    '/usr/lib/aarch64-linux-gnu/libnss3.so',
    '/usr/lib64/libnss3.so',
  ];
  // The package brings the library along for AWS Lambda only; saying so makes it unpack it.
  if (!nss.some((path) => existsSync(path))) process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x';
  const { default: chromium } = await import('@sparticuz/chromium');
  return chromium.executablePath();
}

/** For each project that needs them; the second finds them running. */
export default async function setup() {
  if (globalThis.testPostgres) return;
  const postgres = await startPostgres();
  globalThis.testPostgres = postgres;
  process.env.TEST_POSTGRES_URL = postgres.url;
  process.env.TEST_CHROMIUM_PATH = await chromiumPath();
}
