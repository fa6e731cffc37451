import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Remembered, remember } from '../../../src/cache/remembered.js';

const freshness = { freshFor: 100, keepFor: 1000, cooldown: 30, retryInterval: 5 };

let now: number;
let loads: { resolve(value: string): void; reject(error: Error): void }[];
let remembered: Remembered<string>;

beforeEach(() => {
  now = 1_000_000;
  loads = [];
  const load = () => new Promise<string>((resolve, reject) => loads.push({ resolve, reject }));
  remembered = remember(load, { now: () => new Date(now) }, freshness);
});

async function loaded(value: string): Promise<void> {
  const got = remembered.get();
  loads.at(-1)?.resolve(value);
  expect(await got).toBe(value);
}

describe('a remembered remote document', () => {
  test('is loaded once for many callers at once', async () => {
    const callers = Promise.all(Array.from({ length: 20 }, () => remembered.get()));
    loads[0]?.resolve('one');
    expect(new Set(await callers)).toEqual(new Set(['one']));
    expect(loads).toHaveLength(1);
  });

  test('is kept while fresh', async () => {
    await loaded('one');
    now += 99;
    expect(await remembered.get()).toBe('one');
    expect(loads).toHaveLength(1);
  });

  test('is renewed behind the caller once stale', async () => {
    await loaded('one');
    now += 100;
    expect(await remembered.get()).toBe('one');
    expect(loads).toHaveLength(2);
    loads[1]?.resolve('two');
    await Promise.resolve();
    expect(await remembered.get()).toBe('two');
  });

  describe('whose callers wait for a renewal', () => {
    beforeEach(() => {
      const load = () => new Promise<string>((resolve, reject) => loads.push({ resolve, reject }));
      remembered = remember(load, { now: () => new Date(now) }, { ...freshness, waitsForRenewal: true });
    });

    test('is the new one once it was stale, for all who ask meanwhile', async () => {
      await loaded('one');
      now += 100;
      const got = Promise.all([remembered.get(), remembered.get()]);
      loads[1]?.resolve('two');
      expect(await got).toEqual(['two', 'two']);
      expect(loads).toHaveLength(2);
    });

    test('is the last one when the renewal fails, and while the cooldown lasts', async () => {
      await loaded('one');
      now += 100;
      const got = remembered.get();
      loads[1]?.reject(new Error('down'));
      expect(await got).toBe('one');
      expect(await remembered.get()).toBe('one');
      expect(loads).toHaveLength(2);
    });
  });

  test('survives an outage, asking once per cooldown', async () => {
    await loaded('one');
    for (now += 100; now < 1_000_900; now += 10) {
      expect(await remembered.get()).toBe('one');
      loads.at(-1)?.reject(new Error('down'));
    }
    expect(loads.length).toBeGreaterThan(20);
    expect(loads.length).toBeLessThan(30);
  });

  test('is not trusted for ever', async () => {
    await loaded('one');
    now += 1000;
    const got = remembered.get();
    loads[1]?.reject(new Error('down'));
    await expect(got).rejects.toThrow('down');
  });

  test('is asked for at most once per retry interval while there is none', async () => {
    const first = remembered.get();
    loads[0]?.reject(new Error('down'));
    await expect(first).rejects.toThrow('down');
    await expect(remembered.get()).rejects.toThrow('down');
    expect(loads).toHaveLength(1);
    now += 5;
    await loaded('one');
    expect(loads).toHaveLength(2);
  });

  test('is renewed on demand, but not within the cooldown', async () => {
    await loaded('one');
    expect(await remembered.renew()).toBeUndefined();
    now += 30;
    const renewed = Promise.all([remembered.renew(), remembered.renew()]);
    loads[1]?.resolve('two');
    expect(await renewed).toEqual(['two', 'two']);
    expect(await remembered.renew()).toBeUndefined();
    expect(loads).toHaveLength(2);
  });

  test('tells on demand that the last renewal failed, so that "unknown" is not concluded from an outage', async () => {
    await loaded('one');
    now += 30;
    const renewal = remembered.renew();
    loads[1]?.reject(new Error('down'));
    await expect(renewal).rejects.toThrow('down');
    await expect(remembered.renew()).rejects.toThrow('down');
    expect(await remembered.get()).toBe('one');
    expect(loads).toHaveLength(2);
  });

  test('a clock that is set back stretches nothing', async () => {
    await loaded('one');
    now -= 7_200_000;
    const got = remembered.get();
    loads[1]?.resolve('two');
    expect(await got).toBe('two');
  });
});
