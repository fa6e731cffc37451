/**
 * Bundles the script of the pages, named by its content so that browsers may keep it for ever, and that of the frame for session
 * management, which goes into its page. Writes manifest.json, from which the server knows their names. `node build.mjs [folder]`
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = process.argv[2] ?? fileURLToPath(new URL('../../../dist/src/idp/assets', import.meta.url));

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });

/** @returns the name of the bundle */
async function bundle(name, options) {
  const { metafile } = await build({
    entryPoints: [{ in: join(here, `${name}.ts`), out: name }],
    outdir: folder,
    entryNames: '[name].[hash]',
    bundle: true,
    minify: true,
    platform: 'browser',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    ...options,
  });
  const [file] = Object.keys(metafile.outputs).map((path) => basename(path));
  return file;
}

const script = await bundle('pages', { format: 'esm', target: ['es2022', 'safari17'] });
// A client's users have whatever browsers they have, and HtmlUnit knows neither async functions nor spread arguments.
const checkSession = await bundle('check-session', { format: 'iife', target: 'es2017' });
await writeFile(join(folder, 'manifest.json'), JSON.stringify({ script, checkSession }));
