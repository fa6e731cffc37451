/** Role name → module: the only file that knows all four. Each is imported when it is asked for, and what it alone needs with it. */
import type { Clock } from '../clock.js';
import type { Config, ConfigOf, InsiderConfig, ServingRole } from '../config/configuration.js';
import type { Random } from '../crypto/random.js';
import { createCookies } from '../http/browser/cookies.js';
import { createOutbound, type Outbound } from '../http/outbound/client.js';
import type { Role } from '../http/role.js';
import type { RoleName } from '../protocol/endpoints.js';
import type { AuditBatch } from '../storage/audit-events.js';
import type { ClientCache } from '../storage/clients.js';
import type { SigningKeys } from '../storage/signing-keys.js';
import type { Log } from '../telemetry/log/logger.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import type { Database } from './database.js';

export const roleNames: readonly RoleName[] = ['authz', 'idp', 'rs', 'spa-rp'];

/** The roles that a process plays. */
export const rolesOf = (role: ServingRole): readonly RoleName[] => (role === 'all' ? roleNames : [role]);

/** Whether the role stands on the database. */
export const isInsider = (role: RoleName): boolean => role === 'authz' || role === 'idp';

export const publicUrlOf = (config: ConfigOf[ServingRole], role: RoleName): string =>
  role === 'authz' ? config.issuer : config.publicUrls[role === 'spa-rp' ? 'spaRp' : role];

export const portOf = (config: ConfigOf[ServingRole], role: RoleName): number =>
  config.http.ports[role === 'spa-rp' ? 'spaRp' : role];

/** What authz and idp share when they live in one process. */
export interface Insider extends Pick<Database, 'sql' | 'passwords'> {
  readonly clients: ClientCache;
  readonly signingKeys: SigningKeys;
  readonly auditBatch: AuditBatch;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** How old the signing keys are, as far as this process has read them: a gauge can't wait for the database. */
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

export async function assembleInsider(
  config: InsiderConfig,
  { sql, passwords }: Database,
  { clock, log }: Surroundings,
): Promise<Insider> {
  const [{ createClientCache }, { createSigningKeys }, { createAuditBatch }] = await Promise.all([
    import('../storage/clients.js'),
    import('../storage/signing-keys.js'),
    import('../storage/audit-events.js'),
  ]);
  const signingKeys = createSigningKeys(sql, config.keyEncryptionKeys, clock);
  observeKeys(signingKeys);
  const auditBatch = createAuditBatch({
    sql,
    clock,
    retention: config.lifetimes.auditEvents,
    onLoss: (count, cause) => log.error('audit events lost', { count, cause }),
  });
  return { sql, passwords, clients: createClientCache(sql, clock), signingKeys, auditBatch };
}

const outboundOf = ({ outbound }: InsiderConfig): Outbound =>
  createOutbound({
    allowHosts: outbound.allowHosts,
    ca: outbound.ca,
    timeoutMs: outbound.timeout,
    maxBytes: outbound.maxBytes,
  });

const isSecure = (url: string): boolean => url.startsWith('https:');

/** A role of this process, ready to be mounted. `insider` is there for roles on the database. */
export async function createRole(
  role: RoleName,
  config: ConfigOf[ServingRole],
  surroundings: Surroundings,
  insider: Insider | undefined,
): Promise<Role> {
  const whole = config as Config;
  const given = { ...surroundings, config: whole };
  switch (role) {
    case 'authz': {
      if (!insider) throw new Error('authz needs the database');
      const { createAuthz } = await import('../authz/index.js');
      const cookies = createCookies({ secure: isSecure(config.issuer) });
      const outbound = outboundOf(whole);
      const module = createAuthz({ ...given, ...insider, cookies, outbound });
      return { ...module, stop: () => module.stop().finally(() => outbound.close()) };
    }
    case 'idp': {
      if (!insider) throw new Error('idp needs the database');
      const { createIdp } = await import('../idp/index.js');
      return createIdp({ ...given, ...insider, cookies: createCookies({ secure: isSecure(config.publicUrls.idp) }) });
    }
    case 'rs': {
      const { createRs } = await import('../rs/index.js');
      return createRs(given);
    }
    case 'spa-rp': {
      const { createSpaRp } = await import('../spa-rp/index.js');
      return createSpaRp(given);
    }
  }
}
