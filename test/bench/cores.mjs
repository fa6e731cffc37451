// Who runs on which core.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';

/** How many this process was given: asked before it is put on one of them. */
export const cores = availableParallelism();

function tasksetIsHere() {
  try {
    execFileSync('taskset', ['-c', '0', 'true']);
    return true;
  } catch {
    return false;
  }
}

const separable = cores > 1 && tasksetIsHere();
let separate = separable;

const stayOn = (list) => execFileSync('taskset', ['-cp', list, String(process.pid)], { stdio: 'ignore' });

/** A server's command: on the first core, unless all cores are everybody's. */
export const placed = (command, args) => (separate ? ['taskset', ['-c', '0', command, ...args]] : [command, args]);

/** Puts this process on the core where the servers are not, and all but them that it starts from now on. */
export function stayOffTheServersCore() {
  separate = separable;
  if (separable) stayOn('1');
}

/** Servers, PostgreSQL and the load go wherever there is room. */
export function shareAllCores() {
  separate = false;
  if (separable) stayOn(`0-${cpus().length - 1}`);
}

export const separatedNote = separable
  ? 'Servers on one core, PostgreSQL and the load on the other.'
  : 'Servers, PostgreSQL and load share all cores.';
