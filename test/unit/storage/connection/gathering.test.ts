import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createGathering, type GatheringOptions } from '../../../../src/storage/connection/gathering.js';

interface Sent {
  readonly batch: readonly string[];
  /** Lets the batch come back, each member with its result. */
  succeed(): void;
  fail(error: Error): void;
}

afterEach(() => void jest.useRealTimers());

const away = new Error('away');

/** A gathering whose batches come back when the test lets them. */
function gather(options: Partial<GatheringOptions> = {}) {
  const sent: Sent[] = [];
  const { join, waiting } = createGathering<string, string>(
    (batch) =>
      new Promise((resolve, reject) => {
        sent.push({ batch, succeed: () => resolve(batch.map((member) => `${member}!`)), fail: reject });
      }),
    {
      maxBatch: 64,
      maxUnderWay: 2,

      patience: 60_000,
      isShared: (error) => error === away,
      ...options,
    },
  );
  return {
    sent,
    waiting,
    /** Who comes in one turn of the event loop. */
    async come(...members: string[]) {
      const answers = members.map((member) => join(member));
      for (const answer of answers) answer.catch(() => undefined);
      await turn();
      return { answers };
    },
    batches: () => sent.map(({ batch }) => batch),
  };
}

describe('a gathering', () => {
  it('sends who comes alone at once', async () => {
    const { come, sent, batches, waiting } = gather();
    for (const [index, member] of ['a', 'b'].entries()) {
      const coming = come(member);
      expect([batches()[index], waiting()]).toEqual([[member], 0]);
      sent[index]?.succeed();
      expect(await Promise.all((await coming).answers)).toEqual([`${member}!`]);
    }
  });

  it('sends as one what else comes in the same turn, and gives each its own', async () => {
    const { come, sent, batches } = gather();
    const { answers } = await come('a', 'b', 'c', 'd');
    expect(batches()).toEqual([['a'], ['b', 'c', 'd']]);
    for (const { succeed } of sent) succeed();
    expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!', 'd!']);
  });

  it('has two batches under way at most; who comes then goes together when one is back', async () => {
    const { come, sent, batches, waiting } = gather();
    await come('a');
    await come('b');
    const late = [await come('c'), await come('d', 'e')].flatMap(({ answers }) => answers);
    expect([batches(), waiting()]).toEqual([[['a'], ['b']], 3]);
    sent[1]?.succeed();
    await turn();
    expect([batches(), waiting()]).toEqual([[['a'], ['b'], ['c', 'd', 'e']], 0]);
    sent[2]?.succeed();
    expect(await Promise.all(late)).toEqual(['c!', 'd!', 'e!']);
  });

  it('waits for the end of the turn after several came in one, until somebody was alone again', async () => {
    const { come, sent, batches, waiting } = gather();
    const settle = () => Promise.all([sent.at(-1)?.succeed(), turn()]);
    await come('a', 'b', 'c');
    sent[0]?.succeed();
    await settle();
    await come('d', 'e');
    expect(batches().at(-1)).toEqual(['d', 'e']);
    await settle();
    const late = come('f');
    expect(waiting()).toBe(1);
    await late;
    expect(batches().at(-1)).toEqual(['f']);
    await settle();
    const last = come('g');
    expect([batches().at(-1), waiting()]).toEqual([['g'], 0]);
    await last;
  });

  it('sends no more at once than a batch may hold', async () => {
    const { come, batches, waiting } = gather({ maxBatch: 2 });
    await come('a', 'b', 'c', 'd', 'e');
    expect([batches(), waiting()]).toEqual([[['a'], ['b', 'c']], 2]);
  });

  it('tries again what failed until the one that fails is alone, so that it spoils nobody else’s', async () => {
    const tried: string[][] = [];
    const { join } = createGathering<string, string>(
      async (batch) => {
        tried.push([...batch]);
        if (batch.includes('bad')) throw new Error('a bad row');
        return batch.map((member) => `${member}!`);
      },
      { maxBatch: 64, maxUnderWay: 2, patience: 60_000, isShared: () => false },
    );
    const outcomes = await Promise.allSettled(['first', 'a', 'b', 'bad', 'd', 'e'].map(join));
    const results = outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message,
    );
    expect(results).toEqual(['first!', 'a!', 'b!', 'a bad row', 'd!', 'e!']);
    expect(tried.filter((batch) => batch.includes('bad')).at(-1)).toEqual(['bad']);
  });

  it('tells all of a batch at once when trying again would not help', async () => {
    const { come, sent } = gather();
    const { answers } = await come('first', 'a', 'b', 'c');
    sent[1]?.fail(away);
    const outcomes = await Promise.allSettled(answers.slice(1));
    expect(outcomes).toEqual(Array(3).fill({ status: 'rejected', reason: away }));
    expect(sent).toHaveLength(2);
  });

  it('goes on after a failure', async () => {
    const { come, sent } = gather({ maxUnderWay: 1 });
    await come('a');
    const late = await come('b');
    sent[0]?.fail(new Error('bad'));
    await turn();
    sent[1]?.succeed();
    expect(await Promise.all(late.answers)).toEqual(['b!']);
  });

  it('lets a batch that hangs hold others up for no longer than its patience', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const { come, sent, batches } = gather({ maxUnderWay: 1, patience: 5 });
    const hanging = await come('a');
    const late = await come('b');
    jest.advanceTimersByTime(4);
    expect(sent).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(sent).toHaveLength(2);
    sent[1]?.succeed();
    expect(await Promise.all(late.answers)).toEqual(['b!']);
    sent[0]?.succeed();
    expect(await Promise.all(hanging.answers)).toEqual(['a!']);
    await come('c');
    await come('d');
    expect(batches()).toEqual([['a'], ['b'], ['c']]);
  });
});
