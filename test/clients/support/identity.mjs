// The built program with all its roles, an embedded PostgreSQL and the clients that the recipes register.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { eventually, start } from './children.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What a recipe adds to the configuration: the text of its page, with its own port where the page says 3000. */
async function registration(file, port) {
  const text = await readFile(file, 'utf8');
  return parse(text.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`));
}

function configuration(text, ports, database, additions, changes) {
  const [authz, idp, rs, spaRp] = ports;
  const moved = { 8080: authz, 8081: idp, 8082: rs, 8083: spaRp };
  const config = parse(text.replace(/\b808[0-3]\b/g, (port) => moved[port]));
  return {
    ...config,
    'log-format': 'json',
    database: { ...config.database, embedded: database },
    admin: { ...config.admin, port: ports[4] },
    // So short that every client that refreshes at all does so at the next use.
    lifetimes: { access_token: '4s' },
    cors: { origins: [...config.cors.origins, ...additions.flatMap(({ cors }) => cors?.origins ?? [])] },
    resources: [...config.resources, ...additions.flatMap(({ resources }) => resources ?? [])],
    clients: [...config.clients, ...additions.flatMap(({ clients }) => clients ?? [])],
    ...changes,
  };
}

/** What the log tells about a client: its events, in their order. */
function eventsOf(output, clientId) {
  const lines = output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  const records = lines.map((line) => JSON.parse(line)).filter(({ client_id: id }) => id === clientId);
  return records.map(({ message }) => message);
}

async function serves(url) {
  const response = await fetch(url).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
}

/**
 * Starts it once for a whole suite.
 * @param ports five that are free
 * @param registrations one `{ file, port }` for each recipe
 * @param changes sections that replace those of the development profile
 */
export async function startIdentity(ports, registrations, changes = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'identity-clients-'));
  await chmod(folder, 0o711); // PostgreSQL runs under another account where this one is root
  const file = join(folder, 'identity.yml');
  const development = await readFile(join(root, 'configs/identity/development.yml'), 'utf8');
  const additions = await Promise.all(registrations.map(({ file: from, port }) => registration(from, port)));
  await writeFile(file, stringify(configuration(development, ports, join(folder, 'postgres'), additions, changes)));
  const program = start(process.execPath, [join(root, 'dist/src/main.js'), '--role=all', `--config=${file}`]);
  const [issuer, idp, api] = [
    `http://127.0.0.1:${ports[0]}`,
    `http://localhost:${ports[1]}`,
    `http://127.0.0.1:${ports[2]}`,
  ];
  const stop = async () => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const unless = () => (program.hasEnded() ? program.output() : undefined);
    for (const url of [`${issuer}/health`, `${idp}/health`, `${api}/api/v1/public/health`])
      await eventually(`health at ${url}`, () => serves(url), { seconds: 60, unless });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    issuer,
    idp,
    api: `${api}/api/v1/protected/resource`,
    eventsOf: (clientId) => eventsOf(program.output(), clientId),
    stop,
  };
}
