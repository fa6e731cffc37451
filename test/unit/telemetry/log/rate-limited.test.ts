import { expect, it } from '@jest/globals';
import { rateLimited } from '../../../../src/telemetry/log/rate-limited.js';

it('reports once per interval and says how many it swallowed', () => {
  let now = 0;
  const reports: [number, string][] = [];
  const report = rateLimited(1000, { now: () => new Date(now) }, (suppressed, what: string) =>
    reports.push([suppressed, what]),
  );
  for (; now < 2500; now += 100) report(`at ${now}`);
  expect(reports).toEqual([
    [0, 'at 0'],
    [9, 'at 1000'],
    [9, 'at 2000'],
  ]);
});
