import { UnavailableError } from '../protocol/unavailable-error.js';

/** Whose hash it is: lines are fair between address blocks, and known browsers stand in a line of their own. */
export interface HashingTurn {
  /** What counts as one stranger (`addressBlock`). */
  readonly block: string;
  /** Asked for from a browser from which the account signed in before, or by an operator. */
  readonly known: boolean;
}

export interface HashingLimits {
  /** Hashes at once. */
  readonly concurrency: number;
  /** How many more may wait in each of the two lines; past that callers are turned away at once. */
  readonly queue: number;
  /** How many of one address block may wait in a line. */
  readonly queuePerAddress: number;
}

/** More hashing was asked for than is allowed to wait. */
export class OverloadedError extends UnavailableError {
  override readonly name = 'OverloadedError';
  readonly retryAfter = 2;
}

interface Waiter {
  start(): void;
  turnAway(): void;
}

interface Line {
  readonly size: number;
  /** Takes the waiter, or turns it away, or another of the address block that has most. */
  join(block: string, waiter: Waiter): void;
  next(): Waiter | undefined;
}

/** Address blocks take turns; who comes first in a block waits for least. */
function createLine({ queue, queuePerAddress }: HashingLimits): Line {
  const blocks = new Map<string, Waiter[]>();
  let size = 0;

  function makeRoomFor(own: number): boolean {
    if (size < queue) return true;
    let longest: Waiter[] = [];
    for (const waiters of blocks.values()) if (waiters.length > longest.length) longest = waiters;
    if (longest.length <= own + 1) return false;
    longest.pop()?.turnAway();
    size -= 1;
    return true;
  }

  return {
    get size() {
      return size;
    },
    join(block, waiter) {
      const own = blocks.get(block) ?? [];
      if (own.length >= queuePerAddress || !makeRoomFor(own.length)) return waiter.turnAway();
      own.push(waiter);
      blocks.set(block, own);
      size += 1;
    },
    next() {
      const [first] = blocks;
      if (!first) return undefined;
      const [block, waiters] = first;
      const waiter = waiters.shift();
      size -= 1;
      // A Map keeps the order of insertion: the block goes to the end of the row.
      blocks.delete(block);
      if (waiters.length > 0) blocks.set(block, waiters);
      return waiter;
    },
  };
}

/** Runs a task when its turn has come. @throws OverloadedError when too many wait already */
export type HashingQueue = <Result>(turn: HashingTurn, task: () => Promise<Result>) => Promise<Result>;

/** Bounds how many tasks run at once and how many wait. The two lines are served alternately, so that neither starves. */
export function createHashingQueue(limits: HashingLimits): HashingQueue {
  const known = createLine(limits);
  const strangers = createLine(limits);
  let running = 0;
  let knownIsNext = true;

  function next(): Waiter | undefined {
    const line = (knownIsNext && known.size > 0) || strangers.size === 0 ? known : strangers;
    knownIsNext = line === strangers;
    return line.next();
  }

  const wait = (turn: HashingTurn): Promise<void> =>
    new Promise((start, reject) => {
      const turnAway = () => reject(new OverloadedError('too many passwords wait to be hashed'));
      (turn.known ? known : strangers).join(turn.block, { start, turnAway });
    });

  return async (turn, task) => {
    if (running >= limits.concurrency) await wait(turn);
    else running += 1;
    try {
      return await task();
    } finally {
      const waiter = next();
      if (waiter) waiter.start();
      else running -= 1;
    }
  };
}
