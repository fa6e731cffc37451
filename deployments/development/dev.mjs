// What `npm run dev` runs: compiles at each change, and restarts the roles once it compiles. `--inspect` goes to Node.js,
// other flags to the program: `npm run dev -- --inspect --role=idp`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';

const given = process.argv.slice(2);
const ofNode = given.filter((flag) => flag.startsWith('--inspect'));
const ofProgram = given.filter((flag) => !flag.startsWith('--inspect'));
const defaults = ['--role=all', '--config=configs/identity/development.yml'].filter(
  (flag) => !ofProgram.some((other) => other.split('=')[0] === flag.split('=')[0]),
);
const program = ['dist/src/main.js', ...defaults, ...ofProgram];

/** In a process group of its own: Ctrl-C reaches this script alone, which ends the others in order. */
const start = (args, stdout = 'inherit') =>
  spawn(process.execPath, args, { detached: true, stdio: ['ignore', stdout, 'inherit'] });

const isRunning = (child) => child !== undefined && child.exitCode === null && child.signalCode === null;

async function stop(child) {
  if (!isRunning(child)) return;
  const exit = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await exit;
}

let server;
let isEnding = false;
let last = Promise.resolve();

const restart = () => {
  last = last.then(async () => {
    await stop(server);
    if (!isEnding) server = start(['--enable-source-maps', ...ofNode, ...program]);
  });
};

const bundles = ['src/idp/browser', 'src/spa-rp/browser'];

const bundle = async () => {
  const builds = bundles.map(async (folder) => (await once(start([`${folder}/build.mjs`]), 'exit'))[0]);
  return (await Promise.all(builds)).every((code) => code === 0);
};

await bundle();
const compiler = start(['node_modules/typescript/bin/tsc', '-p', '.', '--watch', '--preserveWatchOutput'], 'pipe');
compiler.stdout.setEncoding('utf8').on('data', (text) => {
  process.stdout.write(text);
  if (/Found 0 errors/.test(text)) restart();
});

let timer;
for (const folder of bundles) {
  watch(folder, () => {
    clearTimeout(timer);
    timer = setTimeout(async () => (await bundle()) && restart(), 100);
  });
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    isEnding = true;
    await Promise.all([stop(compiler), last.then(() => stop(server))]);
    process.exit();
  });
}
