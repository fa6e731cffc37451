import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CommandError } from './command-error.js';

/** The content of a file, or of standard input for `-`. */
export const readContent = (file: string): Promise<string> =>
  file === '-'
    ? text(process.stdin)
    : readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new CommandError(`The file ${file} cannot be read (${error.code}).`);
      });

/** A secret from a file, or from standard input for `-`: never from the command line. One line break at the end is not part of it. */
export const readSecret = async (file: string): Promise<string> => (await readContent(file)).replace(/\r?\n$/, '');
