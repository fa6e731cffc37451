import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { RequestHandler } from 'express';

/** A file that browsers are served, in memory: it is small, and a request then touches no disk. */
export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

/** Only these types exist in a bundle. */
const types = { script: 'text/javascript; charset=utf-8', stylesheet: 'text/css; charset=utf-8' } as const;

export type AssetKind = keyof typeof types;

export function readAsset(file: string, kind: AssetKind): Asset {
  const plain = readFileSync(file);
  return { type: types[kind], plain, gzip: gzipSync(plain, { level: 9 }) };
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
