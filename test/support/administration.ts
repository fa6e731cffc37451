import {
  type Administration,
  type AdministrationConfig,
  createAdministration,
} from '../../src/administration/administration.js';
import type { Clock } from '../../src/clock.js';
import { createPasswordHasher } from '../../src/crypto/password.js';
import { systemRandom } from '../../src/crypto/random.js';
import { createPasswordCheck } from '../../src/passwords/password-check.js';
import { createLog } from '../../src/telemetry/log/logger.js';
import { configuration } from './configuration.js';
import type { TestDatabase } from './database.js';
import { start } from './rows.js';

export const day = 86_400_000;

const config: AdministrationConfig = {
  ...configuration,
  signingKeys: { ...configuration.signingKeys, algorithms: ['ES256'] },
};

export interface TestAdministration extends Administration {
  readonly logged: string[];
}

/** The verbs' value over a test's database, acting as the command line does. */
export function administer(
  { sql, transactions }: Pick<TestDatabase, 'sql' | 'transactions'>,
  over: { readonly config?: Partial<AdministrationConfig>; readonly clock?: Clock } = {},
): TestAdministration {
  const { clock = { now: () => start } } = over;
  const logged: string[] = [];
  const log = createLog({ level: 'TRACE', format: 'json', sink: (line) => void logged.push(line), clock });
  const administration = createAdministration({
    config: { ...config, ...over.config },
    transactions,
    sql,
    passwords: createPasswordHasher(configuration.password),
    passwordCheck: createPasswordCheck(configuration, { clock, log }),
    clock,
    random: systemRandom,
    log,
    actor: { by: 'command' },
  });
  return { ...administration, logged };
}

/** Type, subject and context of the audit rows since the last call. */
export async function auditRows({ pool }: TestDatabase): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await pool.query(
    'DELETE FROM audit_events RETURNING id, type, client_id, user_id, context, expires_at',
  );
  return rows.sort((a, b) => Number(a.id) - Number(b.id)).map(({ id: _, ...row }) => row);
}
