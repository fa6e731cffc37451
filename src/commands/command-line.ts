import yargs, { type Argv } from 'yargs';
import { defaultConfigFile, type ServingRole, servingRoles } from '../config/configuration.js';
import { ConfigError } from '../config/faults.js';
import { loadConfig } from '../config/load.js';

/** The flags of a process that serves. */
export interface ServeFlags {
  readonly config: string;
  readonly role?: ServingRole | undefined;
  readonly port?: number | undefined;
  readonly adminPort?: number | undefined;
  readonly checkConfig: boolean;
}

export interface CommandLineOptions {
  readonly version: string;
  serve(flags: ServeFlags): Promise<void>;
}

const serveFlags = (options: Argv<{ config: string }>) =>
  options
    .option('role', {
      choices: servingRoles,
      describe: 'what this process is; all for development',
    })
    .option('port', { type: 'number', describe: "the role's port, in the place of http.ports" })
    .option('admin-port', { type: 'number', describe: 'in the place of admin.port' })
    .option('check-config', { type: 'boolean', default: false, describe: 'load the configuration and stop' });

const examples: [string, string][] = [
  ['$0 --role=all --config=configs/identity/development.yml', 'everything on this machine, with a demo user'],
  ['$0 --role=authz --config=configs/identity/production.yml', 'one role; start the others alike'],
  ['$0 --role=rs --check-config', 'say everything that is wrong with the configuration'],
  ['$0 users create ann --email=ann@example.com --password-file=-', 'the password comes from standard input'],
];

const configOption = {
  type: 'string',
  default: defaultConfigFile,
  describe: 'the configuration; any key of it can be set by IDENTITY_<PATH> in the environment',
} as const;

/** Commands bring the database's drivers along, which rs and spa-rp never need: they are loaded when one is asked for. */
async function addCommandsTo(parser: Argv, args: readonly string[]): Promise<void> {
  if (args.every((arg) => arg.startsWith('-') && arg !== '--help')) return;
  const [{ addCommands }, { connectForCommand }] = await Promise.all([import('./cli.js'), import('./connection.js')]);
  const { config: file } = yargs([...args])
    .option('config', configOption)
    .help(false)
    .version(false)
    .parseSync();
  addCommands(parser, async (work) => {
    const { config } = await loadConfig(file, { role: 'authz', env: process.env });
    return connectForCommand(config, work);
  });
}

/** Secrets have no flags: a command line can be read by everybody on the machine. */
async function createParser(args: readonly string[], { version, serve }: CommandLineOptions): Promise<Argv> {
  const parser = yargs([...args])
    .scriptName('identity')
    .usage('$0 --role=ROLE [--config=FILE]   serve\n$0 COMMAND [--config=FILE]       administer')
    .option('config', configOption)
    .command('$0', 'serve a role', serveFlags, (flags) => serve(flags));
  await addCommandsTo(parser, args);
  return parser
    .example(examples)
    .epilogue('Exit codes: 0 done, 1 failed, 2 configuration or flags, 3 a port cannot be listened on.')
    .version(version)
    .help()
    .strict()
    .wrap(110)
    .fail((message, error) => {
      throw error && error.name !== 'YError' ? error : new ConfigError(`${message}\nSee --help.`);
    });
}

/**
 * Serves, runs a command or explains itself, as the command line says.
 * @throws ConfigError for a command line that says nothing that is known
 */
export async function followCommandLine(args: readonly string[], options: CommandLineOptions): Promise<void> {
  const parser = await createParser(args, options);
  await parser.parseAsync();
}
