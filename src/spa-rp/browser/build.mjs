/**
 * Bundles the page's script and style, named by their content so that browsers may keep them for ever, and writes
 * manifest.json, from which the server knows the names. `node build.mjs [folder]`
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = process.argv[2] ?? fileURLToPath(new URL('../../../dist/src/spa-rp/assets', import.meta.url));

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  entryPoints: [
    { in: join(here, 'app.ts'), out: 'app' },
    { in: join(here, 'app.css'), out: 'app' },
  ],
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

const named = (extension) =>
  Object.keys(metafile.outputs)
    .map((path) => basename(path))
    .find((name) => name.endsWith(extension));
await writeFile(join(folder, 'manifest.json'), JSON.stringify({ script: named('.js'), stylesheet: named('.css') }));
