import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Asset, readAsset } from '../http/browser/asset.js';
import type { AssetNames } from './page.js';

/** Where browser/build.mjs puts its bundle, beside the compiled server. */
export const builtAssets = fileURLToPath(new URL('./assets', import.meta.url));

/** The bundle, read once. */
export interface Assets {
  readonly names: AssetNames;
  readonly files: ReadonlyMap<string, Asset>;
}

function readManifest(folder: string): AssetNames {
  try {
    return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as AssetNames;
  } catch (cause) {
    throw new Error(`the browser part of spa-rp is not built in ${folder}: run "npm run build"`, { cause });
  }
}

export function loadAssets(folder: string): Assets {
  const names = readManifest(folder);
  const files = new Map<string, Asset>();
  for (const kind of ['script', 'stylesheet'] as const) {
    files.set(names[kind], readAsset(join(folder, names[kind]), kind));
  }
  return { names, files };
}
