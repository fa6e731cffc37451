import { describe, expect, it } from '@jest/globals';
import { createHashingQueue, type HashingTurn, OverloadedError } from '../../../src/crypto/hashing-queue.js';

const stranger = (block: string): HashingTurn => ({ block, known: false });
const known = (block: string): HashingTurn => ({ block, known: true });

/** Asks for one hash after the other, before the first is done; tells in which order they were made, and who was turned away. */
async function inTurn(limits: { queue: number; queuePerAddress: number }, turns: readonly [string, HashingTurn][]) {
  const queue = createHashingQueue({ concurrency: 1, ...limits });
  const made: string[] = [];
  const work = turns.map(([name, turn]) => queue(turn, async () => void made.push(name)));
  const outcomes = await Promise.allSettled(work);
  const turnedAway = outcomes.flatMap((outcome, n) => {
    if (outcome.status === 'fulfilled') return [];
    expect(outcome.reason).toBeInstanceOf(OverloadedError);
    return [turns[n]?.[0]];
  });
  return { made, turnedAway };
}

describe('Who waits for a hash', () => {
  it('S2: one address block has a bounded share of the line, and the others take turns with it', async () => {
    const turns: [string, HashingTurn][] = [
      ...['a1', 'a2', 'a3', 'a4', 'a5'].map((name): [string, HashingTurn] => [name, stranger('a')]),
      ['b1', stranger('b')],
      ['c1', stranger('c')],
      ['b2', stranger('b')],
    ];
    expect(await inTurn({ queue: 8, queuePerAddress: 3 }, turns)).toEqual({
      made: ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'],
      turnedAway: ['a5'],
    });
  });

  it('S2: known browsers stand in a line of their own, which starves nobody', async () => {
    const turns: [string, HashingTurn][] = [
      ['a1', stranger('a')],
      ['a2', stranger('a')],
      ['b1', stranger('b')],
      ...['k1', 'k2', 'k3'].map((name): [string, HashingTurn] => [name, known(name)]),
    ];
    const { made } = await inTurn({ queue: 8, queuePerAddress: 8 }, turns);
    expect(made).toEqual(['a1', 'k1', 'a2', 'k2', 'b1', 'k3']);
  });

  it('S2: a full line makes room at the expense of the block that has most', async () => {
    const turns: [string, HashingTurn][] = [
      ...['a1', 'a2', 'a3', 'a4'].map((name): [string, HashingTurn] => [name, stranger('a')]),
      ['b1', stranger('b')],
      ['c1', stranger('c')],
      ['k1', known('a')],
    ];
    expect(await inTurn({ queue: 3, queuePerAddress: 3 }, turns)).toEqual({
      made: ['a1', 'k1', 'a2', 'b1', 'c1'],
      turnedAway: ['a3', 'a4'],
    });
  });

  it('goes on after a task that failed', async () => {
    const queue = createHashingQueue({ concurrency: 1, queue: 1, queuePerAddress: 1 });
    const failing = queue(stranger('a'), () => Promise.reject(new Error('no memory')));
    const after = queue(stranger('a'), async () => 'made');
    await expect(failing).rejects.toThrow('no memory');
    expect(await after).toBe('made');
  });
});
