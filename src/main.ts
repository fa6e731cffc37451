/** Flags → configuration → serving a role until it is told to stop, or a command. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from './clock.js';
import type { ServeFlags } from './commands/command-line.js';
import { defaultConfigFile, remarksOn, type Serving, servingRoles } from './config/configuration.js';
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

async function serveRole({ config: file, role, port, adminPort, checkConfig }: ServeFlags): Promise<void> {
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

const isDigits = (text: string): boolean => /^\d{1,5}$/.test(text);

/**
 * The flags of a process that serves, where they are just that; undefined for a command, for `--help` and for every mistake, which
 * yargs answers. A process that serves does without: yargs would stay in its memory.
 */
function servingFlags(args: readonly string[]): ServeFlags | undefined {
  try {
    const string = { type: 'string' } as const;
    const options = {
      role: string,
      config: string,
      port: string,
      'admin-port': string,
      'check-config': { type: 'boolean' },
    } as const;
    const { values } = parseArgs({ args: [...args], options });
    const { config = defaultConfigFile, port, 'admin-port': adminPort, 'check-config': checkConfig = false } = values;
    const role = servingRoles.find((each) => each === values.role);
    const ports = [port, adminPort].filter((each) => each !== undefined);
    if (!role || !ports.every(isDigits)) return undefined;
    const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));
    return { role, config, port: numberOf(port), adminPort: numberOf(adminPort), checkConfig };
  } catch {
    return undefined;
  }
}

try {
  const args = process.argv.slice(2);
  const flags = servingFlags(args);
  if (flags) await serveRole(flags);
  else {
    const { followCommandLine } = await import('./commands/command-line.js');
    await followCommandLine(args, { version, serve: serveRole });
  }
} catch (error) {
  const { code, isExplained } = exitCodeOf(error);
  process.stderr.write(`${isExplained ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = code;
}
