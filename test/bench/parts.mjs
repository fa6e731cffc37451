// The parts of the benchmark; each starts what it needs, ends it, and returns a table.
import { createServer } from 'node:http';
import { separatedNote as coresNote } from './cores.mjs';
import { rows, sweeper } from './growth.mjs';
import { compare, residentMegabytes } from './measure.mjs';
import { replicas } from './replicas.mjs';
import { databaseScenarios, scenarios } from './scenarios.mjs';
import { options, startOurs, startPeer } from './targets.mjs';

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

/** What it costs to be observed: what reads the log and what collects the rest are not on the servers' core. */
async function telemetry() {
  const collector = await startCollector();
  const quiet = await startOurs();
  const observed = await startOurs(
    (yaml) =>
      yaml
        .replace('log-level: "ERROR"', 'log-level: "INFO"')
        .replace('log-format: text', 'log-format: json') // as in production
        .replace('telemetry:\n  enabled: false', `telemetry:\n  enabled: true\n  otlp_endpoint: ${collector.endpoint}`),
    { isRead: true },
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
    return { head, rows, note: `${coresNote} The log is read through a pipe by a process beside the load.` };
  } finally {
    await quiet.stack.stop();
    await observed.stack.stop();
    collector.stop();
  }
}

export const parts = { endpoints, coalescing, telemetry, rows, sweeper, replicas };
