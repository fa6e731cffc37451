// Programs that run beside a test, and end with it.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Below the range from which systems take ports for outgoing connections: those come and go while a test waits for its turn. */
const [lowest, highest] = [15_000, 32_000];

/** Resolves to a listener at a port that was free, or to undefined. */
function hold(port) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** Ports that are free at this moment; all are held open until all are known, so none comes twice. */
export async function freePorts(count) {
  const held = [];
  while (held.length < count) {
    const server = await hold(randomInt(lowest, highest));
    if (server) held.push(server);
  }
  const ports = held.map((server) => server.address().port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const running = new Set();
process.once('exit', () => {
  for (const child of running) signal(child, 'SIGTERM');
});

// A signal would end this process without the event, and leave behind what it started.
for (const [name, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) process.once(name, () => process.exit(code));

/** To the program and all that it started. */
function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Starts a program in a process group of its own. */
export function start(command, args, { cwd, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  const written = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => written.push(text));
  const ended = new Promise((resolve) => {
    child.once('close', (code, name) => {
      running.delete(child);
      resolve(code ?? name);
    });
    child.once('error', (error) => {
      running.delete(child);
      written.push(String(error));
      resolve(error.code);
    });
  });
  return {
    child,
    ended,
    output: () => written.join(''),
    hasEnded: () => !running.has(child),
    async stop() {
      signal(child, 'SIGTERM');
      const late = setTimeout(() => signal(child, 'SIGKILL'), 15_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Asks again and again until the question has an answer. */
export async function eventually(what, question, { seconds = 30, unless = () => undefined } = {}) {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    const answer = await question();
    if (answer) return answer;
    const reason = unless();
    if (reason) throw new Error(reason);
    await pause(50);
  }
  throw new Error(`${what} did not come about within ${seconds} s`);
}

/** Until a program answers at this address, whatever it answers. */
export const answers = (url, program, seconds = 30) =>
  eventually(
    `an answer at ${url}`,
    async () => {
      const response = await fetch(url, { redirect: 'manual' }).catch(() => undefined);
      await response?.body?.cancel();
      return response !== undefined;
    },
    { seconds, unless: () => (program.hasEnded() ? 'the program ended' : undefined) },
  );
