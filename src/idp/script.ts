import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Asset, readAsset } from '../http/browser/asset.js';
import type { ScriptFile } from '../pages/layout.js';

/** Where browser/build.mjs puts the script of the pages, beside the compiled server. */
const builtAssets = fileURLToPath(new URL('./assets', import.meta.url));

/** The script of the pages, read once. */
export interface Script extends ScriptFile {
  /** Where it is mounted: below the prefix that a proxy takes away. */
  readonly route: string;
  readonly asset: Asset;
}

function manifestOf(folder: string): { readonly script: string; readonly checkSession: string } | undefined {
  const file = join(folder, 'manifest.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** The script of the frame that clients ask if the session has changed; undefined where nothing was built. */
export function loadCheckSession(folder: string = builtAssets): string | undefined {
  const manifest = manifestOf(folder);
  return manifest && readFileSync(join(folder, manifest.checkSession), 'utf8').trim();
}

/**
 * The pages do without: where nothing was built, passkeys are not offered and everything else works.
 * @param publicUrl of idp
 */
export function loadScript(publicUrl: string, folder: string = builtAssets): Script | undefined {
  const manifest = manifestOf(folder);
  if (!manifest) return undefined;
  const { script } = manifest;
  const asset = readAsset(join(folder, script), 'script');
  const route = `/oidc/v1/assets/${script}`;
  const url = publicUrl + route;
  const integrity = `sha256-${createHash('sha256').update(asset.plain).digest('base64')}`;
  return { route, asset, url, path: new URL(url).pathname, integrity };
}
