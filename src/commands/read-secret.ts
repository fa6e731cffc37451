import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CommandError } from './command-error.js';

/** A secret from a file, or from standard input for `-`: never from the command line. One line break at the end is not part of it. */
export async function readSecret(file: string): Promise<string> {
  const content =
    file === '-'
      ? await text(process.stdin)
      : await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new CommandError(`The file ${file} cannot be read (${error.code}).`);
        });
  return content.replace(/\r?\n$/, '');
}
