import type { Argv } from 'yargs';
import { listMigrations, migrate, sweep, voidIssued } from '../administration/maintenance.js';
import { CommandError } from './command-error.js';
import type { Connected, RunCommand } from './connection.js';

async function runMigrations({ administration, migrations, print }: Connected): Promise<void> {
  const ran = await migrate(administration, migrations);
  print(ran.length === 0 ? 'nothing to do' : ran.join('\n'));
}

/** @throws CommandError when a migration is pending, so that a script can tell by the exit code */
async function printMigrations({ administration, print }: Connected): Promise<void> {
  const migrations = await listMigrations(administration);
  for (const { name, state } of migrations) print(`${state.padEnd(7)}\t${name}`);
  const pending = migrations.filter(({ state }) => state === 'pending').length;
  if (pending > 0) throw new CommandError(`${pending} pending; run "migrate", or start a role.`);
}

async function sweepNow({ administration, print }: Connected): Promise<void> {
  for (const [table, rows] of Object.entries(await sweep(administration))) print(`${rows}\t${table}`);
}

async function restored({ administration, print }: Connected): Promise<void> {
  await voidIssued(administration);
  print('everything issued so far is void; users have to sign in again');
}

export const maintenanceCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs
    .command(
      'migrate',
      'bring the database schema up to date',
      (builder) =>
        builder.option('status', {
          type: 'boolean',
          default: false,
          describe: 'only list; exit code 1 when one is pending',
        }),
      ({ status }) => run(status ? printMigrations : runMigrations),
    )
    .command('sweep', 'delete what has expired, now', {}, () => run(sweepNow))
    .command('restored', 'after a physical restore: void everything that was issued before', {}, () => run(restored));
