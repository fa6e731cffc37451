// The parts of the benchmark; each starts what it needs, ends it, and returns a table.
import { createServer } from 'node:http';
import pg from 'pg';
import { asConfiguration, makeClients } from './clients.mjs';
import { compare, measure, median, residentMegabytes } from './measure.mjs';
import { scenarios } from './scenarios.mjs';
import { freePort, hasTwoCores, ready, serve, startStack } from './stack.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const options = { rounds, seconds };
const flags = process.env.BENCH_FLAGS?.split(' ') ?? [];

/** Like a server in production: what is acknowledged is on the disk. */
const durable = { max_connections: 300, shared_buffers: '512MB', max_wal_size: '4GB' };

const metadataOf = async (issuer) => (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

/** Ours, as a target: authz and idp with the clients of the benchmark. @param edit changes the YAML further */
async function startOurs(edit = (yaml) => yaml, more = {}) {
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
          .replace('max_idle_conns: 4', 'max_idle_conns: 16'),
      ),
    ...more,
  });
  const { authz, idp } = stack.servers;
  const target = { metadata: await metadataOf(stack.issuer), clients, pids: [authz.pid, idp.pid] };
  return { stack, target };
}

/** Runs statements on the server of a stack. */
async function onDatabase(dsn, work) {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    return await work((text, values) => client.query(text, values));
  } finally {
    await client.end();
  }
}

async function startPeer(dsn, clients) {
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

const coresNote = hasTwoCores
  ? 'Servers on one core, PostgreSQL and the load on the other.'
  : 'Servers, PostgreSQL and load share all cores.';

/** Every hot endpoint of ours and of the peer in one run. */
async function endpoints() {
  const { stack, target: ours } = await startOurs();
  try {
    const peer = await startPeer(stack.dsn, ours.clients);
    const results = await compare(Object.keys(scenarios), { peer, ours }, options);
    const rows = Object.entries(results).map(([name, { peer: theirs, ours: own }]) => [
      name,
      theirs.perSecond,
      own.perSecond,
      own.perSecond / theirs.perSecond,
      own.p50,
      own.p99,
      own.processor,
      String(own.failed + theirs.failed),
    ]);
    const memory = [
      'resident after load, MB',
      residentMegabytes(peer.pids[0]),
      residentMegabytes(ours.pids[0]),
      residentMegabytes(ours.pids[0]) / residentMegabytes(peer.pids[0]),
      ...['', '', '', ''],
    ];
    const head = [
      'requests a second, 32 connections',
      'peer',
      'ours',
      'ours ÷ peer',
      'p50 ms',
      'p99 ms',
      'CPU µs',
      'failed',
    ];
    return {
      head,
      rows: [...rows, memory],
      note: `${coresNote} The last row compares with authz alone; p50, p99 and CPU are ours.`,
    };
  } finally {
    await stack.stop();
  }
}

const databaseScenarios = [
  'client_credentials, opaque',
  'introspection, opaque',
  'refresh with rotation and ID token',
  'userinfo',
];

/** What going together is worth, and that it costs nobody who comes alone. */
async function coalescing() {
  const { stack, target: together } = await startOurs();
  const other = await startOurs((yaml) => yaml.replace('\ndatabase:\n', '\ndatabase:\n  coalescing: false\n'));
  try {
    const rows = [];
    for (const connections of [1, 32, 128]) {
      const results = await compare(databaseScenarios, { alone: other.target, together }, { ...options, connections });
      for (const [name, { alone, together: gathered }] of Object.entries(results)) {
        const ratio = gathered.perSecond / alone.perSecond;
        rows.push([name, String(connections), alone.perSecond, gathered.perSecond, ratio, alone.p99, gathered.p99]);
      }
    }
    const head = [
      'requests a second',
      'connections',
      'each alone',
      'together',
      'ratio',
      'p99 alone, ms',
      'p99 together, ms',
    ];
    return { head, rows, note: coresNote };
  } finally {
    await stack.stop();
    await other.stack.stop();
  }
}

/** Takes whatever is exported to it. */
async function startCollector() {
  const server = createServer((req, res) => req.resume().on('end', () => res.writeHead(200).end()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** What it costs to be observed. */
async function telemetry() {
  const collector = await startCollector();
  const quiet = await startOurs();
  const observed = await startOurs((yaml) =>
    yaml
      .replace('log-level: "ERROR"', 'log-level: "INFO"')
      .replace('telemetry:\n  enabled: false', `telemetry:\n  enabled: true\n  otlp_endpoint: ${collector.endpoint}`),
  );
  try {
    const names = ['discovery', ...databaseScenarios];
    const results = await compare(names, { quiet: quiet.target, observed: observed.target }, options);
    const rows = Object.entries(results).map(([name, { quiet: off, observed: on }]) => [
      name,
      off.perSecond,
      on.perSecond,
      on.perSecond / off.perSecond,
      off.processor,
      on.processor,
    ]);
    const head = [
      'requests a second',
      'errors logged, no telemetry',
      'logs at INFO, traces and metrics exported',
      'ratio',
      'CPU µs without',
      'CPU µs with',
    ];
    return { head, rows, note: coresNote };
  } finally {
    await quiet.stack.stop();
    await observed.stack.stop();
    collector.stop();
  }
}

const fillTokens = (query, from, to, expiresAt) =>
  query(
    `INSERT INTO tokens (value_hash, kind, client_id, payload, issued_at, expires_at)
     SELECT sha256(convert_to('bench ' || n, 'UTF8')), 'access_token', 'bench-opaque',
       '{"jti": "bench", "scopes": [], "audience": []}', now(), ${expiresAt} FROM generate_series($1::int, $2::int) n`,
    [from, to],
  );

/** The same with ever more tokens stored, beside a server that has a thousand. */
async function rows() {
  const most = Number(process.env.BENCH_ROWS ?? 7);
  const few = await startOurs();
  const many = await startOurs();
  const store = (dsn, from, to) =>
    onDatabase(dsn, async (query) => {
      await fillTokens(query, from, to, `now() + interval '1 day'`);
      await query('VACUUM ANALYZE tokens');
    });
  try {
    await store(few.stack.dsn, 1, 1000);
    const sizes = Array.from({ length: Math.floor((most - 3) / 2) }, (_, index) => 10 ** (5 + 2 * index));
    const ratios = databaseScenarios.map(() => []);
    let stored = 0;
    for (const size of sizes) {
      await store(many.stack.dsn, stored + 1, size);
      stored = size;
      const results = await compare(databaseScenarios, { few: few.target, many: many.target }, options);
      for (const [index, name] of databaseScenarios.entries()) {
        ratios[index].push(results[name].few.perSecond, results[name].many.perSecond);
        ratios[index].push(results[name].many.perSecond / results[name].few.perSecond);
      }
    }
    const head = [
      'requests a second',
      ...sizes.flatMap((size) => ['1,000 rows', `${size.toLocaleString('en')} rows`, 'ratio']),
    ];
    return { head, rows: databaseScenarios.map((name, index) => [name, ...ratios[index]]), note: coresNote };
  } finally {
    await few.stack.stop();
    await many.stack.stop();
  }
}

/** A million expired rows are removed while requests are answered, beside a server that has nothing to remove. */
async function sweeper() {
  const million = 1_000_000;
  const quiet = await startOurs();
  const { stack, target } = await startOurs((yaml) =>
    yaml.concat('\njobs:\n  interval: 2s\n  jitter: 0s\n  short_interval: 1s\n'),
  );
  const left = () =>
    onDatabase(stack.dsn, async (query) => {
      const { rows: found } = await query('SELECT count(*)::int AS n FROM tokens WHERE expires_at < now()');
      return found[0].n;
    });
  try {
    const names = ['client_credentials, opaque', 'introspection, opaque'];
    const both = { quiet: quiet.target, sweeping: target };
    for (const name of names) await compare([name], both, { rounds: 0 }); // a cold process would flatter the sweep
    const measured = Object.fromEntries(names.map((name) => [name, { quiet: [], sweeping: [] }]));
    await onDatabase(stack.dsn, (query) => fillTokens(query, 1, million, `now() - interval '1 minute'`));
    const begun = performance.now();
    const before = await left();
    let rest = before;
    while (rest > 0 && performance.now() - begun < 300_000) {
      for (const name of names) {
        for (const title of Object.keys(both)) measured[name][title].push(await measure(name, both[title], options));
      }
      rest = await left();
    }
    const removed = (before - rest) / ((performance.now() - begun) / 1000);
    const of = (name, title, figure) => median(measured[name][title].map((result) => result[figure]));
    const table = names.map((name) => {
      const [alone, busy] = ['quiet', 'sweeping'].map((title) => of(name, title, 'perSecond'));
      return [name, alone, busy, busy / alone, of(name, 'quiet', 'p99'), of(name, 'sweeping', 'p99')];
    });
    const head = ['requests a second', 'no sweep', 'while it sweeps', 'ratio', 'p99, ms', 'p99 while it sweeps, ms'];
    const note = `${coresNote} ${Math.round(removed).toLocaleString('en')} rows a second were removed meanwhile.`;
    return { head, rows: table, note };
  } finally {
    await stack.stop();
    await quiet.stack.stop();
  }
}

export const parts = { endpoints, coalescing, telemetry, rows, sweeper };
