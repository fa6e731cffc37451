import { sweep as sweepTables } from '../jobs/sweep.js';
import { locateDatabase } from '../storage/connection/locate.js';
import { migrate as runMigrations, withMigrationLock } from '../storage/data-source.js';
import { voidEverythingIssued } from '../storage/installation.js';
import { CommandError, type CommandSession } from './connection.js';

/** Where migrations go: PostgreSQL itself, not a PgBouncer before it. */
async function migrationDsn({ config }: CommandSession): Promise<string> {
  const { migrationDsn: direct, ...database } = config.database;
  if (direct) return direct.reveal();
  return (await locateDatabase(database)).dsn;
}

export async function migrate(session: CommandSession): Promise<void> {
  const ran = await withMigrationLock(await migrationDsn(session), () => runMigrations(session.dataSource));
  session.print(ran.length === 0 ? 'nothing to do' : ran.join('\n'));
}

/** @throws CommandError when a migration is pending, so that a script can tell by the exit code */
export async function printMigrations({ dataSource, print }: CommandSession): Promise<void> {
  const [table] = await dataSource.query<[{ present: string | null }]>(
    "SELECT to_regclass('schema_migrations') AS present",
  );
  const done = table.present ? await dataSource.query<{ name: string }[]>('SELECT name FROM schema_migrations') : [];
  const names = new Set(done.map(({ name }) => name));
  // as TypeORM names them in the table: by the class, where the migration has no name of its own
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const pending = known.filter((name) => !names.has(name));
  for (const name of known) print(`${names.has(name) ? 'done   ' : 'pending'}\t${name}`);
  if (pending.length > 0) throw new CommandError(`${pending.length} pending; run "migrate", or start a role.`);
}

export async function sweep({ sql, clock, config, print }: CommandSession): Promise<void> {
  const swept = await sweepTables({ sql, clock, batchSize: config.jobs.batchSize });
  for (const [table, rows] of Object.entries(swept)) print(`${rows}\t${table}`);
}

/** For physical restores, which look the same from inside: what was issued before ends, sessions included. */
export async function restored(session: CommandSession): Promise<void> {
  await voidEverythingIssued(session.manager, session.change());
  session.print('everything issued so far is void; users have to sign in again');
}
