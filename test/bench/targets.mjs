// What the parts of the benchmark measure: ours and the peer, with the same clients and the same PostgreSQL.
import pg from 'pg';
import { asConfiguration, makeClients } from './clients.mjs';
import { freePort, ready, serve, startStack } from './stack.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
export const options = { rounds, seconds };
const flags = process.env.BENCH_FLAGS?.split(' ') ?? [];

/** Like a server in production: what is acknowledged is on the disk. */
const durable = { max_connections: 300, shared_buffers: '512MB', max_wal_size: '4GB' };

const metadataOf = async (issuer) => (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

/** Ours, as a target: authz and idp with the clients of the benchmark. @param edit changes the YAML further */
export async function startOurs(edit = (yaml) => yaml, more = {}) {
  const clients = makeClients('http://127.0.0.1:9999/callback');
  const yaml = asConfiguration(clients);
  const stack = await startStack({
    roles: ['authz', 'idp'],
    flags,
    postgresSettings: durable,
    edit: (text) =>
      edit(
        text
          .replace('\nresources:\n', `\nresources:\n${yaml.resources}`)
          .replace('\nclients:\n', `\nclients:\n${yaml.clients}`)
          .replace('\nusers:\n', `\nusers:\n${yaml.users}`)
          .replace(/\ndefault_resource: .*/, `\ndefault_resource: ${clients.resource}`)
          .replace('max_idle_conns: 4', 'max_idle_conns: 16')
          .concat('\nlimits:\n  interactions_per_address: { burst: 10000, per_second: 1000 }\n'),
      ),
    ...more,
  });
  const { authz, idp } = stack.servers;
  const target = { metadata: await metadataOf(stack.issuer), clients, pids: [authz.pid, idp.pid] };
  return { stack, target };
}

/** Runs statements on the server of a stack. */
export async function onDatabase(dsn, work) {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    return await work((text, values) => client.query(text, values));
  } finally {
    await client.end();
  }
}

export async function startPeer(dsn, clients) {
  await onDatabase(dsn, (query) => query('CREATE DATABASE peer'));
  const port = await freePort();
  const address = new URL(dsn);
  address.pathname = '/peer';
  const env = { PORT: String(port), DSN: address.href, CLIENTS: JSON.stringify(clients), NODE_ENV: 'production' };
  const { pid } = serve(['test/bench/peer.mjs'], env);
  const issuer = `http://127.0.0.1:${port}`;
  await ready(`${issuer}/.well-known/openid-configuration`);
  return { metadata: await metadataOf(issuer), clients, pids: [pid] };
}
