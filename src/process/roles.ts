/** Role name → role: the only file that knows all four. Each is imported when it is asked for, and what it alone needs with it. */
import type { Express, RequestHandler } from 'express';
import type { Clock } from '../clock.js';
import type { DatabaseRoleConfig, Serving } from '../config/configuration.js';
import { isLoopbackHost } from '../config/loopback.js';
import type { Random } from '../crypto/random.js';
import { createCookies } from '../http/browser/cookies.js';
import { createOutbound } from '../http/outbound/client.js';
import { createApp } from '../http/request/app.js';
import type { Role } from '../http/role.js';
import { createWake, type Wake } from '../mail/wake.js';
import type { RoleName } from '../protocol/endpoints.js';
import type { AuditBatch } from '../storage/audit/audit-events.js';
import type { ClientCache } from '../storage/clients/clients.js';
import type { SigningKeys } from '../storage/signing-keys.js';
import type { Subjects } from '../storage/subjects.js';
import type { Log } from '../telemetry/log/logger.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import type { Database } from './database.js';

/** The roles that a process plays, each with its configuration. */
export function rolesOf(serving: Serving): readonly Serving<RoleName>[] {
  if (serving.role !== 'all') return [serving];
  const { config } = serving;
  return [
    { role: 'authz', config },
    { role: 'idp', config },
    { role: 'rs', config },
    { role: 'spa-rp', config },
  ];
}

/** Whether the role stands on the database. */
export const isDatabaseRole = (serving: Serving<RoleName>): serving is Serving<'authz' | 'idp'> =>
  serving.role === 'authz' || serving.role === 'idp';

export function publicUrlOf(serving: Serving<RoleName>): string {
  switch (serving.role) {
    case 'authz':
      return serving.config.issuer;
    case 'idp':
      return serving.config.publicUrls.idp;
    case 'rs':
      return serving.config.publicUrls.rs;
    case 'spa-rp':
      return serving.config.publicUrls.spaRp;
  }
}

/** The key of each role in `http.ports`. */
const portKeys = { authz: 'authz', idp: 'idp', rs: 'rs', 'spa-rp': 'spaRp' } as const;

export const portOf = ({ role, config }: Serving<RoleName>): number => config.http.ports[portKeys[role]];

/** Whether the public reaches the role by https. */
const isSecure = (serving: Serving<RoleName>): boolean => publicUrlOf(serving).startsWith('https:');

const isLoopback = (serving: Serving<RoleName>): boolean => isLoopbackHost(new URL(publicUrlOf(serving)).hostname);

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What authz and idp share when they live in one process. */
export interface DatabaseRoleParts extends Pick<Database, 'sql' | 'passwords' | 'passwordCheck'> {
  readonly clients: ClientCache;
  readonly signingKeys: SigningKeys;
  readonly subjects: Subjects;
  readonly auditBatch: AuditBatch;
  readonly mailWake: Wake;
  readonly logoutWake: Wake;
}

/** How old the signing keys are, as far as this process has read them: a gauge cannot wait for the database. */
function observeKeys(signingKeys: SigningKeys): void {
  let ages: readonly (readonly [string, number])[] = [];
  metrics.observeSigningKeys(() => {
    signingKeys.keySet().then(
      (set) => {
        ages = [...set.ages];
      },
      () => undefined,
    );
    return ages.map(([algorithm, ageSeconds]) => ({ algorithm, state: 'current', ageSeconds }));
  });
}

export async function assembleDatabaseRoleParts(
  config: DatabaseRoleConfig,
  stores: Pick<Database, 'sql' | 'passwords' | 'passwordCheck'>,
  { clock, log }: Surroundings,
): Promise<DatabaseRoleParts> {
  const [{ createClientCache }, { createSigningKeys }, { createSubjects }, { createAuditBatch }] = await Promise.all([
    import('../storage/clients/clients.js'),
    import('../storage/signing-keys.js'),
    import('../storage/subjects.js'),
    import('../storage/audit/audit-events.js'),
  ]);
  const { sql } = stores;
  const signingKeys = createSigningKeys(sql, config.keyEncryptionKeys, clock);
  observeKeys(signingKeys);
  const auditBatch = createAuditBatch({
    sql,
    clock,
    retention: config.lifetimes.auditEvents,
    onLoss: (count, cause) => log.error('audit events lost', { count, cause }),
  });
  const subjects = createSubjects(sql, config.keyEncryptionKeys);
  const wakes = { mailWake: createWake(), logoutWake: createWake() };
  return { ...stores, clients: createClientCache(sql, clock), signingKeys, subjects, auditBatch, ...wakes };
}

/** A role that stands on the database, ready to be mounted. */
export async function createDatabaseRole(
  serving: Serving<'authz' | 'idp'>,
  surroundings: Surroundings,
  parts: DatabaseRoleParts,
): Promise<Role> {
  const { role, config } = serving;
  const cookies = createCookies({ secure: isSecure(serving), loopback: isLoopback(serving) });
  const given = { ...surroundings, ...parts, config, cookies };
  switch (role) {
    case 'authz': {
      const { createAuthz } = await import('../authz/index.js');
      const outbound = createOutbound(config.outbound);
      const authz = createAuthz({ ...given, outbound });
      return { ...authz, stop: () => authz.stop().finally(() => outbound.close()) };
    }
    case 'idp': {
      const { createIdp } = await import('../idp/index.js');
      const outbound = createOutbound(config.outbound);
      const idp = createIdp({ ...given, outbound });
      return { ...idp, stop: () => idp.stop().finally(() => outbound.close()) };
    }
  }
}

/** A role that needs no database, ready to be mounted. */
export async function createStandaloneRole(
  serving: Serving<'rs' | 'spa-rp'>,
  surroundings: Surroundings,
): Promise<Role> {
  switch (serving.role) {
    case 'rs': {
      const { createRs } = await import('../rs/index.js');
      return createRs({ ...surroundings, config: serving.config });
    }
    case 'spa-rp': {
      const { createSpaRp } = await import('../spa-rp/index.js');
      return createSpaRp({ ...surroundings, config: serving.config });
    }
  }
}

/** The application of a role: its routes in the shell, behind `gate` where there is one. */
export const createRoleApp = (
  serving: Serving<RoleName>,
  role: Role,
  { clock, random, log }: Surroundings,
  gate?: RequestHandler,
): Express =>
  createApp({
    role: serving.role,
    log,
    clock,
    random,
    http: serving.config.http,
    secure: isSecure(serving),
    publicPath: new URL(publicUrlOf(serving)).pathname.replace(/\/$/, ''),
    refusalPages: role.refusalPages,
    mount(app) {
      if (gate) app.use(gate);
      role.mount(app);
    },
  });
