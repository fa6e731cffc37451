import { setImmediate as turn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { trimMemory } from '../../../src/process/trim-memory.js';

/** What nothing refers to once this has returned. */
const garbageOfStart = () => new WeakRef({ of: 'the start' });

describe('the memory that only the start needed', () => {
  it('is given back, and nobody else gets hold of the collector', async () => {
    const garbage = garbageOfStart();
    await turn(); // until then a weak reference keeps what it refers to
    trimMemory();
    expect(garbage.deref()).toBeUndefined();
    expect(runInNewContext('typeof gc')).toBe('undefined');
  });
});
