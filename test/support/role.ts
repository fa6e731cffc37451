import type { AllRolesConfig } from '../../src/config/configuration.js';
import type { KeyAlgorithm } from '../../src/crypto/jwt.js';
import { createPasswordHasher } from '../../src/crypto/password.js';
import { systemRandom } from '../../src/crypto/random.js';
import { createPasswordCheck } from '../../src/passwords/password-check.js';
import {
  assembleDatabaseRoleParts,
  createDatabaseRole,
  createRoleApp,
  type DatabaseRoleParts,
  type Surroundings,
} from '../../src/process/roles.js';
import { accountApi } from '../../src/protocol/resource/account-api.js';
import type { Sql } from '../../src/storage/connection/sql.js';
import { ensureKey } from '../../src/storage/key-pairs.js';
import { createLog } from '../../src/telemetry/log/logger.js';
import { Browser } from './browser.js';
import { type MovableClock, movableClock } from './clock.js';
import { configuration } from './configuration.js';
import { openTestDatabase, type TestDatabase } from './database.js';
import { type Listener, listen } from './listen.js';
import { change } from './rows.js';

export interface RoleOptions {
  readonly config?: Partial<AllRolesConfig>;
  /** Stands between the role and its database. */
  readonly sql?: (database: TestDatabase) => Sql;
  /** A role with which to share configuration, database and clock. */
  readonly beside?: TestRole;
  /** On another machine. */
  readonly clock?: MovableClock;
  /** Where it listens, for another role that has to know beforehand. */
  readonly listener?: Listener;
  /** One that is provisioned already. */
  readonly database?: TestDatabase;
}

export interface TestRole {
  /** What the role was given. */
  readonly deps: DatabaseRoleParts & Surroundings & { readonly config: AllRolesConfig };
  readonly database: TestDatabase;
  readonly origin: string;
  /** Every line that was logged. */
  readonly logged: string[];
  readonly clock: MovableClock;
  newBrowser(headers?: Readonly<Record<string, string>>): Browser;
  /** Rows of audit_events of one type, waiting ones included. */
  audited(type: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A role knows itself under its own origin, but for another process of the same issuer. */
function configurationAt(origin: string, role: 'authz' | 'idp', { beside, config }: RoleOptions): AllRolesConfig {
  const base = beside?.deps.config ?? configuration;
  const issuer = role === 'authz' && !beside ? origin : base.issuer;
  const publicUrls = role === 'idp' ? { ...base.publicUrls, idp: origin } : base.publicUrls;
  const others = base.resources.filter(({ identifier }) => identifier !== accountApi(base.publicUrls.idp).identifier);
  const resources = [...others, accountApi(publicUrls.idp)];
  return { ...base, issuer, publicUrls, resources, ...config };
}

/** A migrated database of its own, with a key for each algorithm, but for encryption by RSA: that takes its time. */
async function openProvisionedDatabase({ signingKeys, keyEncryptionKeys: keys }: AllRolesConfig) {
  const database = await openTestDatabase();
  const { transactions } = database;
  const make = (alg: KeyAlgorithm) => ensureKey(transactions, alg, { keys, random: systemRandom }, change);
  await Promise.all([...signingKeys.algorithms, 'ECDH-ES' as const].map(make));
  return database;
}

/** A role as the process assembles it, on a port of its own, with a clock that tests move. */
export async function openRole(role: 'authz' | 'idp', options: RoleOptions = {}): Promise<TestRole> {
  const { beside, sql } = options;
  const { server, origin } = options.listener ?? (await listen());
  const config = configurationAt(origin, role, options);
  const database = beside?.database ?? options.database ?? (await openProvisionedDatabase(config));
  const clock = options.clock ?? beside?.clock ?? movableClock();
  const logged: string[] = [];
  const log = createLog({ level: 'TRACE', format: 'json', sink: (line) => void logged.push(line), clock });
  const surroundings = { clock, random: systemRandom, log };
  const stores = {
    sql: sql?.(database) ?? database.sql,
    passwords: createPasswordHasher(config.password),
    passwordCheck: createPasswordCheck(config, surroundings),
  };
  const parts = await assembleDatabaseRoleParts(config, stores, surroundings);
  const opened = await createDatabaseRole({ role, config }, surroundings, parts);
  server.on('request', createRoleApp({ role, config }, opened, surroundings));
  return {
    deps: { ...surroundings, ...parts, config },
    database,
    origin,
    logged,
    clock,
    newBrowser: (headers) => new Browser(origin, headers),
    async audited(type) {
      await parts.auditBatch.flush();
      return (await database.pool.query('SELECT * FROM audit_events WHERE type = $1 ORDER BY id', [type])).rows;
    },
    async close() {
      await opened.stop();
      stores.passwordCheck.close();
      await new Promise((resolve) => server.close(resolve));
      if (!beside) await database.close();
    },
  };
}
