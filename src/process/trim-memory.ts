import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's own `gc`, as `--expose-gc` shows it. Node 20 takes any option for the wish to collect what is young, alone. */
type Collect = (options?: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Gives back the memory that only the start needed: modules are read, compiled and run once, and what that leaves behind, and the room
 * that the heap made for it, V8 keeps until it runs short, which a process that idles never does. Everything waits meanwhile, for tens of milliseconds.
 */
export function trimMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  collect();
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
