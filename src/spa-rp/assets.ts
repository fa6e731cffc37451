import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { RequestHandler } from 'express';
import type { AssetNames } from './page.js';

/** Where browser/build.mjs puts its bundle, beside the compiled server. */
export const builtAssets = fileURLToPath(new URL('./assets', import.meta.url));

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

/** The bundle, read once and held in memory: it is small, and a request then touches no disk. */
export interface Assets {
  readonly names: AssetNames;
  readonly files: ReadonlyMap<string, Asset>;
}

/** Only these types exist in a bundle. */
const types = { script: 'text/javascript; charset=utf-8', stylesheet: 'text/css; charset=utf-8' } as const;

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
    const plain = readFileSync(join(folder, names[kind]));
    files.set(names[kind], { type: types[kind], plain, gzip: gzipSync(plain, { level: 9 }) });
  }
  return { names, files };
}

const acceptsGzip = (accepted = ''): boolean => /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepted);

/** Answers with an asset. Its name changes with its content, so whoever has it never needs to ask again (RFC 8246 §2). */
export const sendAsset =
  ({ type, plain, gzip }: Asset): RequestHandler =>
  (req, res) => {
    const compressed = acceptsGzip(req.get('Accept-Encoding'));
    res.set({
      'Content-Type': type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      ...(compressed && { 'Content-Encoding': 'gzip' }),
    });
    res.end(compressed ? gzip : plain);
  };
