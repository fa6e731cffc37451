import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Argv } from 'yargs';
import { AdministrationError } from '../administration/administration-error.js';
import { exportUsers } from '../administration/export-users.js';
import { importUser } from '../administration/import-users.js';
import { CommandError } from './command-error.js';
import type { Connected, RunCommand } from './connection.js';

/** The lines of a file, or of standard input for `-`, one at a time. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CommandError(`The file ${file} cannot be read (${code}).`);
  }
}

interface ImportFlags {
  readonly file: string;
  readonly dryRun: boolean;
}

/** A line that is wrong is named, and the others go on. */
async function importUsers({ administration, print }: Connected, { file, dryRun }: ImportFlags): Promise<void> {
  const counts = { imported: 0, present: 0, refused: 0 };
  const options = { dryRun, earlier: new Set<string>() };
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      counts[await importUser(administration, line, options)] += 1;
    } catch (error) {
      if (!(error instanceof AdministrationError)) throw error;
      counts.refused += 1;
      print(`line ${number}: ${error.message}`);
    }
  }
  print(
    `${dryRun ? 'would be ' : ''}imported: ${counts.imported}; there already: ${counts.present}; refused: ${counts.refused}`,
  );
  if (counts.refused > 0)
    throw new CommandError(
      'Mend the lines that are named, and import the file again: whoever is there already stays as they are.',
    );
}

async function printExport({ administration, print }: Connected): Promise<void> {
  for await (const user of exportUsers(administration)) print(JSON.stringify(user));
}

/** The commands that take users in from elsewhere, and give them out. */
export const userTransferCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs
    .command(
      'import',
      'create the users of a file of JSON lines, with the password hashes of another system',
      (builder) =>
        builder
          .option('file', { type: 'string', nargs: 1, demandOption: true, describe: 'the file, - for standard input' })
          .option('dry-run', { type: 'boolean', default: false, describe: 'say what is wrong, and write nothing' }),
      ({ file, dryRun }) => run((connected) => importUsers(connected, { file, dryRun })),
    )
    .command('export', 'print every user as a line of JSON, without secrets', {}, () => run(printExport));
