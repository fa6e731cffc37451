import type { Argv } from 'yargs';
import * as clients from './clients.js';
import type { CommandSession } from './connection.js';
import * as keys from './keys.js';
import * as maintenance from './maintenance.js';
import * as users from './users.js';

/** Connects as the flags say, and does the work: main.ts brings configuration, exit codes and error messages. */
export type RunCommand = (work: (session: CommandSession) => Promise<void>) => Promise<void>;

const who = { type: 'string', demandOption: true } as const;

const userCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs
    .command(
      'create <username>',
      'create a user',
      (builder) =>
        builder
          .positional('username', { ...who, describe: 'name without space and @' })
          .option('email', { type: 'string', describe: 'e-mail address, with which the user can sign in, too' })
          .option('name', { type: 'string', describe: 'full name' })
          .option('password-file', {
            type: 'string',
            nargs: 1,
            describe: 'file with the password, - for standard input',
          }),
      (args) =>
        run((session) =>
          users.createUser(session, { ...args, email: args.email, name: args.name, passwordFile: args.passwordFile }),
        ),
    )
    .command('list', 'list users: id, username, e-mail, state', {}, () => run(users.printUsers))
    .command(
      'disable <user>',
      'disable a user and end sessions and tokens at once',
      (builder) => builder.positional('user', { ...who, describe: 'username or e-mail address' }),
      ({ user }) => run((session) => users.disable(session, user)),
    )
    .command(
      'enable <user>',
      'enable a user again',
      (builder) => builder.positional('user', { ...who, describe: 'username or e-mail address' }),
      ({ user }) => run((session) => users.enable(session, user)),
    )
    .command(
      'set-password <user>',
      'set a password and end sessions and tokens at once',
      (builder) =>
        builder
          .positional('user', { ...who, describe: 'username or e-mail address' })
          .option('password-file', { ...who, nargs: 1, describe: 'file with the password, - for standard input' }),
      ({ user, passwordFile }) => run((session) => users.setPassword(session, user, passwordFile)),
    )
    .demandCommand(1, 'Say what to do with users.');

const clientCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs
    .command(
      'create [client-id]',
      'create a client from its metadata (RFC 7591 §2) and print its secret, once',
      (builder) =>
        builder
          .positional('client-id', { type: 'string', describe: 'made at random when it is left out' })
          .option('metadata-file', { ...who, nargs: 1, describe: 'JSON file with the metadata, - for standard input' }),
      ({ clientId, metadataFile }) => run((session) => clients.createClient(session, { clientId, metadataFile })),
    )
    .command('list', 'list clients: id, name, authentication, origin, state', {}, () => run(clients.printClients))
    .command(
      'show <client-id>',
      'show a client as JSON',
      (builder) => builder.positional('client-id', who),
      ({ clientId }) => run((session) => clients.showClient(session, clientId)),
    )
    .command(
      'rotate-secret <client-id>',
      'give a client another secret and print it, once',
      (builder) => builder.positional('client-id', who),
      ({ clientId }) => run((session) => clients.rotateSecret(session, clientId)),
    )
    .command(
      'disable <client-id>',
      'disable a client and end its tokens at once',
      (builder) => builder.positional('client-id', who),
      ({ clientId }) => run((session) => clients.disable(session, clientId)),
    )
    .command(
      'delete <client-id>',
      'delete a client and end its tokens',
      (builder) => builder.positional('client-id', who),
      ({ clientId }) => run((session) => clients.remove(session, clientId)),
    )
    .demandCommand(1, 'Say what to do with clients.');

const keyCommands = (yargs: Argv, run: RunCommand): Argv =>
  yargs
    .command('list', 'list signing keys: kid, algorithm, state, end', {}, () => run(keys.printKeys))
    .command(
      'rotate',
      'publish the next signing keys, to sign after signing_keys.publish_lead',
      (builder) =>
        builder.option('immediately', {
          type: 'boolean',
          default: false,
          describe: 'sign with them at once; verifiers that cache may fail for as long as they do',
        }),
      ({ immediately }) => run((session) => keys.rotateKeys(session, { immediately })),
    )
    .command('rewrap', 'encrypt private keys under the first of key_encryption_keys', {}, () => run(keys.rewrapKeys))
    .demandCommand(1, 'Say what to do with keys.');

/** The verbs beside serving. */
export const addCommands = (yargs: Argv, run: RunCommand): Argv =>
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
      ({ status }) => run(status ? maintenance.printMigrations : maintenance.migrate),
    )
    .command('sweep', 'delete what has expired, now', {}, () => run(maintenance.sweep))
    .command('restored', 'after a physical restore: void everything that was issued before', {}, () =>
      run(maintenance.restored),
    )
    .command('users', 'create, list, disable, enable users, set passwords', (builder) => userCommands(builder, run))
    .command('clients', 'create, list, show, disable, delete clients, rotate secrets', (builder) =>
      clientCommands(builder, run),
    )
    .command('keys', 'list, rotate, rewrap signing keys', (builder) => keyCommands(builder, run));
