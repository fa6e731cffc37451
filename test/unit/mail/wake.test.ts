import { getEventListeners } from 'node:events';
import { expect, it } from '@jest/globals';
import { createWake, type Wake } from '../../../src/mail/wake.js';

it.each<[string, number, (wake: Wake, stopping: AbortController) => void]>([
  ['its time is over', 1, () => undefined],
  ['it is woken', 60_000, (wake) => wake.wake()],
  ['it is stopped', 60_000, (_, stopping) => stopping.abort()],
])('a wait that ends because %s leaves no listener behind', async (_, milliseconds, end) => {
  const wake = createWake();
  const stopping = new AbortController();
  const waiting = wake.wait(milliseconds, stopping.signal);
  expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(1);
  end(wake, stopping);
  await waiting;
  expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(0);
});

it('being woken between two waits ends the next one at once, and no other', async () => {
  const wake = createWake();
  const { signal } = new AbortController();
  wake.wake();
  await wake.wait(60_000, signal);
  void wake.wait(60_000, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
});
