/**
 * Bundles the script of the pages, named by its content so that browsers may keep it for ever, and writes manifest.json, from
 * which the server knows the name. `node build.mjs [folder]`
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = process.argv[2] ?? fileURLToPath(new URL('../../../dist/src/idp/assets', import.meta.url));

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  entryPoints: [{ in: join(here, 'pages.ts'), out: 'pages' }],
  outdir: folder,
  entryNames: '[name].[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: ['es2022', 'safari17'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

const [script] = Object.keys(metafile.outputs).map((path) => basename(path));
await writeFile(join(folder, 'manifest.json'), JSON.stringify({ script }));
