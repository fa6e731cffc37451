export interface GatheringOptions {
  /** Members of one batch at most. */
  readonly maxBatch: number;
  /** Batches under way at once. */
  readonly maxUnderWay: number;
  /** Milliseconds after which a batch under way keeps others waiting no longer: it may hang on a lock that is none of theirs. */
  readonly patience: number;
  /** Whether an error is everybody's, so that trying again would not help. */
  isShared(error: unknown): boolean;
}

export interface Gathering<Member, Result> {
  /** Resolves to this member's own result, when its batch is through. */
  join(member: Member): Promise<Result>;
  /** Members of no batch yet. */
  waiting(): number;
}

interface Waiter<Member, Result> {
  readonly member: Member;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

type Run<Member, Result> = (batch: readonly Member[]) => Promise<readonly Result[]>;

/** Resolves when each of the batch has its result or its error. */
async function settle<Member, Result>(
  batch: readonly Waiter<Member, Result>[],
  run: Run<Member, Result>,
  isShared: GatheringOptions['isShared'],
): Promise<void> {
  try {
    const results = await run(batch.map(({ member }) => member));
    for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
  } catch (error) {
    if (batch.length === 1 || isShared(error)) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await settle(batch.slice(0, half), run, isShared);
    await settle(batch.slice(half), run, isShared);
  }
}

/**
 * Lets many go as one: those who come in one turn of the event loop, at its end; or, where as many batches are under way as may be, all
 * who wait when one is back. Who comes while nothing is under way, and the last one was alone, goes at once. Nobody waits for somebody
 * who may come.
 * A batch that fails is tried again in halves, until what fails is alone with its error.
 * @param run resolves to the members' results in their order; after a failure nothing of the batch may have remained
 */
export function createGathering<Member, Result>(
  run: Run<Member, Result>,
  { maxBatch, maxUnderWay, patience, isShared }: GatheringOptions,
): Gathering<Member, Result> {
  const waiters: Waiter<Member, Result>[] = [];
  let underWay = 0;
  let isDue = false;
  let lastSize = 1;

  async function conduct(batch: readonly Waiter<Member, Result>[]): Promise<void> {
    let counts = true;
    underWay += 1;
    const makeRoom = (): void => {
      if (!counts) return;
      counts = false;
      underWay -= 1;
      sendOff();
    };
    const timer = setTimeout(makeRoom, patience);
    timer.unref();
    await settle(batch, run, isShared);
    clearTimeout(timer);
    makeRoom();
  }

  function sendOff(): void {
    isDue = false;
    while (underWay < maxUnderWay && waiters.length > 0) {
      const batch = waiters.splice(0, maxBatch);
      lastSize = batch.length;
      void conduct(batch);
    }
  }

  return {
    waiting: () => waiters.length,
    join: (member) =>
      new Promise((resolve, reject) => {
        waiters.push({ member, resolve, reject });
        if (isDue || underWay >= maxUnderWay) return;
        if (underWay === 0 && lastSize === 1) return sendOff();
        isDue = true;
        setImmediate(sendOff);
      }),
  };
}
