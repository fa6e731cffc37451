// Bundles a recipe for the browser and serves it, whatever the path.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { build } from 'esbuild';

const page = (body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Recipe</title>
<body>${body}<script type="module" src="/app.js"></script></body></html>`;

async function bundle(file, env) {
  const define = Object.entries(env).map(([name, value]) => [`process.env.${name}`, JSON.stringify(value)]);
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { ...Object.fromEntries(define), 'process.env': JSON.stringify(env) },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
  });
  return outputFiles[0].text;
}

/** Resolves to what stops it again. */
export async function serveSinglePageApp(file, { port, env, body }) {
  const script = await bundle(file, env);
  const server = createServer((req, res) => {
    const isScript = req.url === '/app.js';
    res.setHeader('content-type', isScript ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
    res.end(isScript ? script : page(body));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
