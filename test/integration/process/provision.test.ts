import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrations } from '../../../migrations/index.js';
import { createAdministration } from '../../../src/administration/administration.js';
import type { AllRolesConfig } from '../../../src/config/configuration.js';
import { loadConfig } from '../../../src/config/load.js';
import { createPasswordHasher } from '../../../src/crypto/password.js';
import { systemRandom } from '../../../src/crypto/random.js';
import { createPasswordCheck } from '../../../src/passwords/password-check.js';
import { provision } from '../../../src/process/provision.js';
import { findClient, listClients } from '../../../src/storage/clients/clients.js';
import { createSql, type Sql } from '../../../src/storage/connection/sql.js';
import { createTransactions, type Transactions } from '../../../src/storage/connection/transactions.js';
import { findUser } from '../../../src/storage/people/users.js';
import { configuration } from '../../support/configuration.js';
import { createDatabase, databaseSettings, type EmptyDatabase, quietLog } from '../../support/database.js';
import { start } from '../../support/rows.js';

let database: EmptyDatabase;
let config: AllRolesConfig;
let pool: pg.Pool;
let transactions: Transactions;
let sql: Sql;
const passwords = createPasswordHasher(configuration.password);

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  ({ config } = await loadConfig('configs/identity/test.yml', { role: 'all', env: {} }));
  pool = new pg.Pool({ connectionString: database.dsn });
  transactions = createTransactions(pool);
  sql = createSql(pool, { prepared: true, coalescing: true, maxWaiting: 10 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const run = (declared: Partial<AllRolesConfig> = {}) =>
  provision({
    declared: { ...config, ...declared },
    administration: createAdministration({
      config,
      transactions,
      sql,
      clock: { now: () => start },
      random: systemRandom,
      passwords,
      passwordCheck: createPasswordCheck(config, { clock: { now: () => start }, log: quietLog }),
      log: quietLog,
      actor: { by: 'configuration' },
    }),
    migrations: databaseSettings(database.dsn),
    log: quietLog,
  });

const count = async (table: string): Promise<number> =>
  Number((await pool.query(`SELECT count(*) FROM ${table}`)).rows[0].count);

describe('provisioning', () => {
  it('makes the schema, a key for each algorithm and what is declared, once, however many start at the same time', async () => {
    await Promise.all([run(), run(), run()]);
    expect([await count('schema_migrations'), await count('signing_keys'), await count('users')]).toEqual([
      migrations.length,
      4,
      1,
    ]);
    expect((await listClients(transactions)).map(({ clientId }) => clientId)).toEqual(['demo-client', 'rs', 'spa-rp']);
    const demo = await findUser(transactions, 'demo');
    expect((await passwords.verify(demo?.passwordHash ?? null, 'demo-password')).matches).toBe(true);
    expect(demo).toMatchObject({ email: 'demo@example.com', emailVerified: true, claims: { given_name: 'Demo' } });
  });

  it('writes nothing when all is as declared', async () => {
    const before = await count('audit_events');
    await run();
    expect(await count('audit_events')).toBe(before);
  });

  it('brings a declared client to the declared state and leaves others alone', async () => {
    const clients = config.clients.map((client) => ({ ...client, client_name: `new ${client.client_id}` }));
    await run({ clients: clients.filter(({ client_id }) => client_id !== 'rs') });
    expect((await findClient(sql, 'spa-rp'))?.metadata.client_name).toBe('new spa-rp');
    expect((await findClient(sql, 'rs'))?.metadata.client_name).toBe('Demo resource server');
  });
});
