import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Express } from 'express';
import supertest from 'supertest';
import { systemClock } from '../../../src/clock.js';
import { systemRandom } from '../../../src/crypto/random.js';
import { createRoleApp } from '../../../src/process/roles.js';
import { createSpaRp } from '../../../src/spa-rp/index.js';
import { configuration } from '../../support/configuration.js';
import { quietLog } from '../../support/database.js';

const config = {
  ...configuration,
  issuer: 'https://auth.example',
  publicUrls: { idp: 'https://id.example/base', rs: 'https://api.example', spaRp: 'https://app.example' },
  spaRp: { clientId: 'spa-rp', scope: 'openid </script><!-- "' },
};

let assetsFolder: string;
let app: Express;

beforeAll(async () => {
  assetsFolder = await mkdtemp(join(tmpdir(), 'spa-rp-'));
  await promisify(execFile)(process.execPath, ['src/spa-rp/browser/build.mjs', assetsFolder]);
  const surroundings = { clock: systemClock, random: systemRandom, log: quietLog };
  const spaRp = createSpaRp({ ...surroundings, config, assetsFolder });
  app = createRoleApp({ role: 'spa-rp', config }, spaRp, surroundings);
});
afterAll(() => rm(assetsFolder, { recursive: true }));

const assetPath = async (kind: 'js' | 'css'): Promise<string> => {
  const { text } = await supertest(app).get('/');
  return new RegExp(`"(/assets/app\\.[A-Z0-9]+\\.${kind})"`).exec(text)?.[1] ?? '';
};

test('health is exactly {"status":"ok","service":"spa-rp"}', async () => {
  const response = await supertest(app).get('/health');
  expect(response.status).toBe(200);
  expect(response.text).toBe('{"status":"ok","service":"spa-rp"}');
});

describe('the page', () => {
  test.each(['/', '/callback', '/callback?code=x&state=y'])('%s: policy and headers', async (path) => {
    const { status, headers } = await supertest(app).get(path);
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; " +
        "connect-src 'self' https://auth.example https://id.example https://api.example; img-src 'self' data:; " +
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'",
    );
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('carries its runtime configuration, which cannot leave its element', async () => {
    const { text } = await supertest(app).get('/');
    const json = /<script type="application\/json" id="configuration">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
    expect(json).not.toContain('<');
    expect(JSON.parse(json)).toEqual({
      issuer: 'https://auth.example',
      clientId: 'spa-rp',
      scope: config.spaRp.scope,
      origin: 'https://app.example',
      api: 'https://api.example/api/v1/protected/resource',
    });
  });

  test('holds no inline script or style that would run', async () => {
    const { text } = await supertest(app).get('/');
    expect(text).not.toMatch(/<style|style=|<script(?! type="(application\/json|module)")| on\w+=/);
  });
});

describe('the bundle', () => {
  test.each([
    ['js', 'text/javascript; charset=utf-8'],
    ['css', 'text/css; charset=utf-8'],
  ] as const)('%s is named by its content and kept for ever', async (kind, type) => {
    const { status, headers, text } = await supertest(app).get(await assetPath(kind));
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
    });
    expect(text.length).toBeGreaterThan(1000);
  });

  test.each(['identity', 'gzip;q=0', 'br'])('Accept-Encoding %s gets it plain (RFC 9110 §12.5.3)', async (accepted) => {
    const response = await supertest(app)
      .get(await assetPath('css'))
      .set('Accept-Encoding', accepted);
    expect(response.headers['content-encoding']).toBeUndefined();
    expect(response.text).toContain(':root');
  });

  test.each([
    '/assets/manifest.json',
    '/assets/app.js',
    '/assets/..%2fmanifest.json',
    '/assets/../index.js',
    '/assets/',
    '/assets/__proto__',
  ])('%s is not there', async (path) => {
    expect((await supertest(app).get(path)).status).toBe(404);
  });

  test('needs no eval and no inline markup (Trusted Types)', async () => {
    const { text } = await supertest(app).get(await assetPath('js'));
    expect(text).not.toMatch(/\beval\(|new Function|\.innerHTML|insertAdjacentHTML|localStorage/);
  });
});

test('without a bundle it does not start, and says what to do', () => {
  expect(() => createSpaRp({ config, clock: systemClock, assetsFolder: '/nowhere' })).toThrow('npm run build');
});
