import { expect, test } from '@jest/globals';
import { createBoundedCache } from '../../../src/cache/bounded-cache.js';

test('holds no more than its limit and drops what was not used for longest', () => {
  const cache = createBoundedCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([1, undefined, 3, 2]);
});

test('a flood leaves it at its limit', () => {
  const cache = createBoundedCache<number>(100);
  for (let key = 0; key < 100_000; key += 1) cache.set(String(key), key);
  expect(cache.size).toBe(100);
});

test('setting a key again replaces its value and grows nothing', () => {
  const cache = createBoundedCache<number>(2);
  for (const value of [1, 2, 3]) cache.set('a', value);
  expect([cache.get('a'), cache.size]).toEqual([3, 1]);
  cache.delete('a');
  expect(cache.size).toBe(0);
});
