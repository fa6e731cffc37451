import type { Argv } from 'yargs';

/** The user whom a command is about. */
export const withUser = (builder: Argv) =>
  builder.positional('user', { type: 'string', demandOption: true, describe: 'username or e-mail address' });
