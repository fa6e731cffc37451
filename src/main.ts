/** Flags → configuration → serving a role until it is told to stop, or a command. */
import { readFileSync } from 'node:fs';
import yargs, { type Argv } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { systemClock } from './clock.js';
import { remarksOn, type Serving, type ServingRole, servingRoles } from './config/configuration.js';
import { ConfigError } from './config/faults.js';
import { loadConfig } from './config/load.js';
import { systemRandom } from './crypto/random.js';
import { developmentBanner } from './process/banner.js';
import { exitCodeOf } from './process/exit-codes.js';
import { createLifecycle } from './process/lifecycle.js';
import { type ServingProcess, startServing } from './process/serve.js';
import { createLog } from './telemetry/log/logger.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

interface Flags {
  readonly config: string;
  readonly role?: ServingRole | undefined;
  readonly port?: number | undefined;
  readonly adminPort?: number | undefined;
  readonly checkConfig: boolean;
}

async function serveRole({ config: file, role, port, adminPort, checkConfig }: Flags): Promise<void> {
  if (!role) throw new ConfigError(`Say what to serve: --role=${servingRoles.join('|')}. See --help.`);
  if (role === 'all' && port !== undefined) {
    throw new ConfigError('--port names one port, and --role=all needs four: set http.ports in the configuration.');
  }
  const serving = await loadConfig(file, { role, env: process.env, overrides: { port, adminPort } });
  if (!checkConfig) return serve(serving);
  const lines = [`${file} is fine for --role=${role}`, ...remarksOn(serving)];
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Time for what ends after the requests: jobs, pool, telemetry. In milliseconds. */
const restOfStop = 15_000;

async function serve(serving: Serving): Promise<void> {
  const { role, config } = serving;
  const log = createLog({ level: config.logLevel, format: config.logFormat }).child({ role });
  for (const remark of remarksOn(serving)) log.warn(remark);
  const { drainDelay, shutdownTimeout } = config.http;
  const lifecycle = createLifecycle({ log, longestStop: drainDelay + shutdownTimeout + restOfStop });
  const onShutdown = () => lifecycle.end('told to on the admin listener');
  const starting = startServing({ serving, version, clock: systemClock, random: systemRandom, log, onShutdown });
  lifecycle.onStop(() => stopOnceStarted(starting));
  try {
    const running = await starting;
    log.info('listening', { ...Object.fromEntries(running.ports), admin: running.adminPort, version });
    if (!(await running.ready)) return;
    log.info('serving', { seconds: Math.round(process.uptime() * 100) / 100 });
    if (config.profile === 'development') process.stdout.write(developmentBanner(serving, running.adminPort));
  } catch (cause) {
    const { code, isExplained } = exitCodeOf(cause);
    log.error('the start failed', isExplained ? { reason: (cause as Error).message } : { cause });
    lifecycle.end('the start failed', code);
  }
}

/** A stop that comes during the start waits for it, to end in order what was started. A failed start has ended its parts itself. */
async function stopOnceStarted(starting: Promise<ServingProcess>): Promise<void> {
  const [start] = await Promise.allSettled([starting]);
  if (start.status === 'fulfilled') await start.value.stop();
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
  default: 'configs/identity/production.yml',
  describe: 'the configuration; any key of it can be set by IDENTITY_<PATH> in the environment',
} as const;

/** Commands bring the database's drivers along, which rs and spa-rp never need: they are loaded when one is asked for. */
async function addCommandsTo(parser: Argv, args: readonly string[]): Promise<void> {
  if (args.every((arg) => arg.startsWith('-') && arg !== '--help')) return;
  const [{ addCommands }, { connectForCommand }] = await Promise.all([
    import('./commands/cli.js'),
    import('./commands/connection.js'),
  ]);
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
async function createParser(args: readonly string[]): Promise<Argv> {
  const parser = yargs([...args])
    .scriptName('identity')
    .usage('$0 --role=ROLE [--config=FILE]   serve\n$0 COMMAND [--config=FILE]       administer')
    .option('config', configOption)
    .command('$0', 'serve a role', serveFlags, (flags) => serveRole(flags));
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

try {
  const parser = await createParser(hideBin(process.argv));
  await parser.parseAsync();
} catch (error) {
  const { code, isExplained } = exitCodeOf(error);
  process.stderr.write(`${isExplained ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = code;
}
