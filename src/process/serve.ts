/** A process that serves: what is started in which order, and with what it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { type DatabaseRoleConfig, isMailOn, type Serving } from '../config/configuration.js';
import type { Random } from '../crypto/random.js';
import { serve } from '../http/listener/server.js';
import { createHealth } from '../http/operations/health.js';
import { serveAdmin } from '../http/operations/listener.js';
import type { Role } from '../http/role.js';
import type { Wake } from '../mail/wake.js';
import type { RoleName } from '../protocol/endpoints.js';
import { watchMemory } from '../telemetry/metrics/memory-watch.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { startTelemetry } from '../telemetry/start.js';
import type { Telemetry } from '../telemetry/tracing/sdk.js';
import type { Database } from './database.js';
import { createGate, type Gate } from './gate.js';
import {
  assembleDatabaseRoleParts,
  createDatabaseRole,
  createRoleApp,
  createStandaloneRole,
  type DatabaseRoleParts,
  isDatabaseRole,
  portOf,
  rolesOf,
  type Surroundings,
} from './roles.js';
import { createShutdown, type Shutdown } from './shutdown.js';
import { trimMemory } from './trim-memory.js';

export interface ServingOptions extends Surroundings {
  readonly serving: Serving;
  readonly version: string;
  /** The admin listener was told to shut down. */
  onShutdown(): void;
}

export interface ServingProcess {
  /** Where each role listens. */
  readonly ports: ReadonlyMap<RoleName, number>;
  readonly adminPort: number;
  /** Resolves to true when requests are answered, to false when the end came first; rejects when it cannot come about. */
  readonly ready: Promise<boolean>;
  /** The runbook's six steps, but for the exit. */
  stop(): Promise<void>;
}

/** What the steps of a start are given. */
interface Start extends ServingOptions {
  readonly shutdown: Shutdown;
  readonly gate: Gate;
  /** What the readiness of the process asks: each role that is started adds its own. */
  readonly checks: Record<string, () => Promise<void>>;
  /** What readiness tells beside that. */
  readonly warnings: Record<string, () => string | undefined>;
}

/** Starts all of it. What has been started is ended again when a part cannot be. */
export async function startServing(options: ServingOptions): Promise<ServingProcess> {
  const shutdown = createShutdown(options.log);
  const gate = createGate();
  try {
    return await startParts({ ...options, shutdown, gate, checks: { start: gate.check }, warnings: {} });
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function startParts(start: Start): Promise<ServingProcess> {
  const { serving, log, shutdown, gate } = start;
  const { drainDelay } = serving.config.http;
  const roles = rolesOf(serving);

  const prometheus = await startObserving(start);
  const adminPort = await listenForOperators(start, prometheus);
  const { ports, prepare } = await startDatabaseRoles(start, roles.filter(isDatabaseRole));
  const standalone = await startStandaloneRoles(
    start,
    roles.filter((each) => !isDatabaseRole(each)),
  );

  const ready = prepare().then(() => {
    if (shutdown.signal.aborted) return false;
    trimMemory();
    gate.open();
    return true;
  });
  shutdown.add('preparation', () => ready.catch(() => undefined));
  shutdown.add('drain', () => sleep(drainDelay));
  return {
    ports: new Map([...ports, ...standalone]),
    adminPort,
    ready,
    stop() {
      log.info('shutting down', { drain_delay_ms: drainDelay });
      return shutdown.run();
    },
  };
}

/** Traces, metrics and an eye on the memory; returns how to read the metrics where Prometheus asks for them. */
async function startObserving(start: Start): Promise<Telemetry['prometheus']> {
  const { serving, version, log, shutdown } = start;
  const { role, config } = serving;
  const { prometheus } = config.admin;
  const telemetry = await startTelemetry(config.telemetry, role, version, { prometheus, log });
  shutdown.add('telemetry', telemetry.shutdown);
  shutdown.add('telemetry', watchMemory({ log }));
  metrics.observeTimeouts(config.http);
  return telemetry.prometheus;
}

/** Resolves to the port of the admin listener, which answers from now on whether the process is alive and ready. */
async function listenForOperators(start: Start, prometheus: Telemetry['prometheus']): Promise<number> {
  const { serving, clock, log, onShutdown, shutdown, checks, warnings } = start;
  const health = createHealth({ checks, warnings, clock, log });
  shutdown.add('readiness', health.drain);
  const { admin } = serving.config;
  const listener = await serveAdmin({ admin, health, log, onShutdown, metrics: prometheus, clock });
  shutdown.add('admin', listener.close);
  return listener.port;
}

type RolePort = readonly [RoleName, number];

/** Lets these roles listen behind the gate; `prepare` brings about what they wait for there. */
async function startDatabaseRoles(
  start: Start,
  roles: readonly Serving<'authz' | 'idp'>[],
): Promise<{ readonly ports: readonly RolePort[]; readonly prepare: () => Promise<void> }> {
  const config = roles[0]?.config;
  if (!config) return { ports: [], prepare: async () => undefined };
  const { openServingDatabase } = await import('./database.js');
  const database = await openServingDatabase({ ...start, config, name: start.serving.role });
  start.shutdown.add('database', database.close);
  start.gate.waitFor(database.waitingFor);
  start.warnings.database_writes = database.writeProblem;
  const parts = await assembleDatabaseRoleParts(config, database, start);
  const ports: RolePort[] = [];
  for (const each of roles) {
    const create = (surroundings: Surroundings) => createDatabaseRole(each, surroundings, parts);
    ports.push(await startRole(start, each, create, start.gate.handler));
  }
  const delivers = roles.some(({ role }) => role === 'idp');
  return { ports, prepare: () => prepareDatabase(start, config, database, delivers ? parts : undefined) };
}

async function startStandaloneRoles(start: Start, roles: readonly Serving<'rs' | 'spa-rp'>[]): Promise<RolePort[]> {
  const ports: RolePort[] = [];
  for (const each of roles) {
    ports.push(await startRole(start, each, (surroundings) => createStandaloneRole(each, surroundings)));
  }
  return ports;
}

/** Creates a role and lets it listen; resolves to its port. */
async function startRole(
  { serving, clock, random, log, shutdown, checks }: Start,
  played: Serving<RoleName>,
  create: (surroundings: Surroundings) => Promise<Role>,
  gate?: RequestHandler,
): Promise<RolePort> {
  const surroundings = { clock, random, log: log.child({ role: played.role }) };
  const role = await create(surroundings);
  const prefix = serving.role === 'all' ? `${played.role}.` : '';
  for (const [name, check] of Object.entries(role.checks)) checks[prefix + name] = check;
  shutdown.add('readiness', role.health.drain);
  shutdown.add('roles', role.stop);
  const app = createRoleApp(played, role, surroundings, gate);
  const { http } = played.config;
  const listener = await serve({ app, http, port: portOf(played), tls: http.tls, log: surroundings.log });
  shutdown.add('listeners', listener.close);
  return [played.role, listener.port];
}

/** Migrates and provisions, and starts the jobs, unless the shutdown comes first. `outboxes` are those of a process that delivers. */
async function prepareDatabase(
  start: Start,
  config: DatabaseRoleConfig,
  database: Database,
  outboxes?: DatabaseRoleParts,
): Promise<void> {
  await database.prepare(start.shutdown.signal);
  if (start.shutdown.signal.aborted) return;
  await startJobs(start, config, database);
  if (!outboxes) return;
  await startLogoutDelivery(start, config, database, outboxes);
  if (isMailOn(config)) await startMailDelivery(start, config, database, outboxes.mailWake);
}

async function startLogoutDelivery(
  { random, log, clock, shutdown }: Start,
  config: DatabaseRoleConfig,
  database: Database,
  { signingKeys, subjects, logoutWake: wake }: DatabaseRoleParts,
): Promise<void> {
  const { openLogoutDelivery } = await import('./logout-delivery.js');
  const administration = database.administer('schedule');
  const given = { administration, signingKeys, subjects, wake, clock, random, log, chance: chanceOf(random) };
  const delivery = openLogoutDelivery(config, given);
  shutdown.add('jobs', delivery.stop);
  delivery.start();
}

async function startMailDelivery(
  { random, log, clock, shutdown }: Start,
  config: DatabaseRoleConfig,
  database: Database,
  wake: Wake,
): Promise<void> {
  const { openMailDelivery } = await import('./mail-delivery.js');
  const administration = database.administer('schedule');
  const delivery = await openMailDelivery(config, { administration, wake, clock, log, chance: chanceOf(random) });
  shutdown.add('jobs', delivery.stop);
  delivery.start();
}

const chanceOf = (random: Random) => () => random.bytes(4).readUInt32BE() / 2 ** 32;

async function startJobs(
  start: Start,
  { jobs: { interval, jitter, shortInterval } }: DatabaseRoleConfig,
  database: Database,
): Promise<void> {
  const [{ createJobRunner }, { maintenanceJobs, shortJobs }] = await Promise.all([
    import('../jobs/runner.js'),
    import('../jobs/maintenance.js'),
  ]);
  const { random, log, shutdown } = start;
  const { transactions } = database;
  const administration = database.administer('schedule');
  const hourly = { jobs: maintenanceJobs(administration), interval, jitter };
  const eachMinute = { jobs: shortJobs(administration), interval: shortInterval, jitter: shortInterval / 4 };
  for (const rounds of [hourly, eachMinute]) {
    const runner = createJobRunner({ ...rounds, transactions, log, chance: chanceOf(random) });
    shutdown.add('jobs', runner.stop);
    runner.start();
  }
}
