/**
 * ROLE spa-rp: a relying party in the browser, as a stranger would write it.
 * Owns: the page, its script and style, its Content-Security-Policy, its runtime configuration.
 * Never: sees a token (they go from issuer to browser), keeps anything, imports storage.
 * Talks to: nobody; its page talks to authz, idp and rs.
 */
import type { RequestHandler } from 'express';
import type { Clock } from '../clock.js';
import { sendAsset } from '../http/browser/asset.js';
import { createCookies } from '../http/browser/cookies.js';
import { createHealth, publicHealth } from '../http/operations/health.js';
import type { Role } from '../http/role.js';
import { plainBrand } from '../pages/brand.js';
import { refusalPages } from '../pages/send.js';
import { builtAssets, loadAssets } from './assets.js';
import { renderPage } from './page.js';
import type { RuntimeConfiguration } from './runtime-configuration.js';

/** What this room is given. */
export interface SpaRpGiven {
  readonly config: {
    readonly issuer: string;
    readonly publicUrls: { readonly idp: string; readonly rs: string; readonly spaRp: string };
    readonly spaRp: { readonly clientId: string; readonly scope: string };
  };
  readonly clock: Clock;
  /** Where the bundle is; by default where the build puts it. */
  readonly assetsFolder?: string;
}

const runtimeConfiguration = ({ issuer, publicUrls, spaRp }: SpaRpGiven['config']): RuntimeConfiguration => ({
  issuer,
  clientId: spaRp.clientId,
  scope: spaRp.scope,
  origin: publicUrls.spaRp,
  api: `${publicUrls.rs}/api/v1/protected/resource`,
});

/** Only our own script and style, connections only to the three roles that the page talks to, no markup made from text. */
function contentSecurityPolicy({ issuer, publicUrls }: SpaRpGiven['config']): string {
  const parties = new Set([issuer, publicUrls.idp, publicUrls.rs].map((url) => new URL(url).origin));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${[...parties].join(' ')}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** Never stored: a back button must not show an old page, and the callback's URL holds a code. */
const sendPage = (page: string, policy: string): RequestHandler => {
  const body = Buffer.from(page);
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
  };
  return (_req, res) => void res.set(headers).end(body);
};

export function createSpaRp({ config, clock, assetsFolder = builtAssets }: SpaRpGiven): Role {
  const assets = loadAssets(assetsFolder);
  const page = sendPage(renderPage(assets.names, runtimeConfiguration(config)), contentSecurityPolicy(config));
  const publicUrl = new URL(config.publicUrls.spaRp);
  const checks = {}; // it needs nobody to serve its page
  const health = createHealth({ checks, clock });
  return {
    mount(app) {
      app.get(['/', '/callback'], page);
      for (const [name, asset] of assets.files) app.get(`/assets/${name}`, sendAsset(asset));
      app.get('/health', publicHealth(health, { status: 'ok', service: 'spa-rp' }));
    },
    checks,
    refusalPages: refusalPages(plainBrand, createCookies({ secure: publicUrl.protocol === 'https:' })),
    health,
    stop: async () => {},
  };
}
