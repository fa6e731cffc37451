/** A process that serves: what is started in which order, and how it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { Clock } from '../clock.js';
import type { DatabaseRoleConfig, Serving } from '../config/configuration.js';
import type { Random } from '../crypto/random.js';
import { serve } from '../http/listener/server.js';
import { createHealth, type Health } from '../http/operations/health.js';
import { serveAdmin } from '../http/operations/listener.js';
import { createApp } from '../http/request/app.js';
import type { Role } from '../http/role.js';
import type { RoleName } from '../protocol/endpoints.js';
import { OAuthError } from '../protocol/oauth-error.js';
import type { Log } from '../telemetry/log/logger.js';
import { watchMemory } from '../telemetry/metrics/memory-watch.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { startTelemetry } from '../telemetry/start.js';
import type { Database } from './database.js';
import {
  assembleDatabaseRoleParts,
  createDatabaseRole,
  createStandaloneRole,
  isDatabaseRole,
  portOf,
  publicUrlOf,
  rolesOf,
  type Surroundings,
} from './roles.js';
import { createEndings, type Endings } from './shutdown.js';

export interface ServingOptions {
  readonly serving: Serving;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The admin listener was told to shut down. */
  onShutdown(): void;
}

export interface ServingProcess {
  /** Where each role listens. */
  readonly ports: ReadonlyMap<RoleName, number>;
  readonly adminPort: number;
  /** Resolves to true when requests are answered, to false when the end came first; rejects when it can't come about. */
  readonly ready: Promise<boolean>;
  /** The runbook's six steps, but for the exit. */
  stop(): Promise<void>;
}

/** What the parts of one process share while it lives. */
interface Process extends ServingOptions {
  readonly endings: Endings;
  /** Ends waiting that has become pointless. */
  readonly stopping: AbortController;
  /** Grows as parts are started: readiness asks all of them. */
  readonly checks: Record<string, () => Promise<void>>;
  /** Every public health endpoint, and the admin listener's. */
  readonly healths: Health[];
  isOpen: boolean;
  waitingFor: () => string;
}

/** Until migrations and provisioning are through, whoever comes is asked to come again. */
const gate =
  (self: Process): RequestHandler =>
  (req, res, next) => {
    if (self.isOpen) return next();
    if (!req.path.endsWith('/health')) throw new OAuthError('temporarily_unavailable', { retryAfter: 1 });
    res.status(503).set('Cache-Control', 'no-store').json({ status: 'starting' });
  };

async function openDatabase(self: Process, config: DatabaseRoleConfig): Promise<Database> {
  const { openServingDatabase } = await import('./database.js');
  const database = await openServingDatabase({ ...self, config, name: self.serving.role });
  self.endings.add('database', database.close);
  self.waitingFor = database.waitingFor;
  return database;
}

/** Opens the gate when the database is as it has to be, and starts the jobs. */
async function prepare(self: Process, config: DatabaseRoleConfig, database: Database): Promise<void> {
  const [{ createJobRunner }, { maintenanceJobs }] = await Promise.all([
    import('../jobs/runner.js'),
    import('../jobs/maintenance.js'),
  ]);
  await database.prepare(self.stopping.signal);
  if (self.stopping.signal.aborted) return;
  const { random, log } = self;
  const { interval, jitter } = config.jobs;
  const { manager } = database;
  const jobs = maintenanceJobs(database.administer('schedule'));
  const chance = () => random.bytes(4).readUInt32BE() / 2 ** 32;
  const runner = createJobRunner({ jobs, manager, log, interval, jitter, chance });
  self.endings.add('jobs', runner.stop);
  runner.start();
}

const surroundingsOf = ({ clock, random, log }: Process, { role }: Serving<RoleName>): Surroundings => ({
  clock,
  random,
  log: log.child({ role }),
});

/** Lets a role listen; resolves to the port. */
async function listenAs(self: Process, serving: Serving<RoleName>, module: Role): Promise<number> {
  const { role, config } = serving;
  const { clock, random, log } = surroundingsOf(self, serving);
  const prefix = self.serving.role === 'all' ? `${role}.` : '';
  for (const [name, check] of Object.entries(module.checks)) self.checks[prefix + name] = check;
  self.healths.push(module.health);
  self.endings.add('roles', module.stop);
  const app = createApp({
    role,
    log,
    clock,
    random,
    http: config.http,
    mount(bare) {
      if (isDatabaseRole(serving)) bare.use(gate(self));
      module.mount(bare);
    },
    refusalPages: module.refusalPages,
    secure: publicUrlOf(serving).startsWith('https:'),
  });
  const server = await serve({ app, http: config.http, port: portOf(serving), tls: config.http.tls, log });
  self.endings.add('listeners', server.close);
  return server.port;
}

type Ports = Map<RoleName, number>;

/** Resolves to what has to be done before these roles answer. */
async function startDatabaseRoles(
  self: Process,
  roles: readonly Serving<'authz' | 'idp'>[],
  ports: Ports,
): Promise<() => Promise<void>> {
  const config = roles[0]?.config;
  if (!config) return async () => undefined;
  const database = await openDatabase(self, config);
  const parts = await assembleDatabaseRoleParts(config, database, self);
  for (const each of roles) {
    const role = await createDatabaseRole(each, surroundingsOf(self, each), parts);
    ports.set(each.role, await listenAs(self, each, role));
  }
  return () => prepare(self, config, database);
}

async function startStandaloneRoles(
  self: Process,
  roles: readonly Serving<'rs' | 'spa-rp'>[],
  ports: Ports,
): Promise<void> {
  for (const each of roles) {
    const role = await createStandaloneRole(each, surroundingsOf(self, each));
    ports.set(each.role, await listenAs(self, each, role));
  }
}

async function start(self: Process): Promise<ServingProcess> {
  const { serving, version, clock, log, endings } = self;
  const { role, config } = serving;
  const prometheus = config.admin.prometheus;
  const telemetry = await startTelemetry(config.telemetry, role, version, { prometheus, log });
  endings.add('telemetry', telemetry.shutdown);
  const stopWatching = watchMemory({ log });
  endings.add('telemetry', async () => stopWatching());
  metrics.observeTimeouts(config.http);
  const health = createHealth({ checks: self.checks, clock, log });
  self.healths.push(health);
  const { onShutdown } = self;
  const admin = await serveAdmin({
    admin: config.admin,
    health,
    log,
    onShutdown,
    metrics: telemetry.prometheus,
    clock,
  });
  endings.add('admin', admin.close);

  const roles = rolesOf(serving);
  const ports = new Map<RoleName, number>();
  const prepareDatabase = await startDatabaseRoles(self, roles.filter(isDatabaseRole), ports);
  await startStandaloneRoles(
    self,
    roles.filter((each) => !isDatabaseRole(each)),
    ports,
  );

  const ready = prepareDatabase().then(() => {
    self.isOpen = !self.stopping.signal.aborted;
    return self.isOpen;
  });
  endings.add('jobs', () => ready.catch(() => undefined)); // a migration is not left in the middle
  return { ports, adminPort: admin.port, ready, stop: () => stop(self) };
}

async function stop({ serving, endings, healths, stopping, log }: Process): Promise<void> {
  const { drainDelay } = serving.config.http;
  log.info('shutting down', { drain_delay_ms: drainDelay });
  stopping.abort();
  for (const health of healths) health.drain();
  await sleep(drainDelay);
  await endings.run();
}

/** Starts all of it. What has been started is ended again when a part can't be. */
export async function startServing(options: ServingOptions): Promise<ServingProcess> {
  const endings = createEndings(options.log);
  const self: Process = {
    ...options,
    endings,
    stopping: new AbortController(),
    checks: {
      start: async () => {
        if (!self.isOpen) throw new Error(`waiting for ${self.waitingFor()}`);
      },
    },
    healths: [],
    isOpen: false,
    waitingFor: () => 'its parts to be there',
  };
  try {
    return await start(self);
  } catch (error) {
    self.stopping.abort();
    await endings.run();
    throw error;
  }
}
