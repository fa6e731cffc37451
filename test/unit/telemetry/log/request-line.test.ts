import { describe, expect, it } from '@jest/globals';
import { jsonLine } from '../../../../src/telemetry/log/log-format.js';
import { createLog, type Log } from '../../../../src/telemetry/log/logger.js';
import { redactFields } from '../../../../src/telemetry/log/redaction.js';
import type { AnsweredRequest, RequestIds } from '../../../../src/telemetry/log/request-line.js';

const clock = { now: () => new Date('2026-01-02T03:04:05.678Z') };
const ids: RequestIds = { requestId: '3f0a7c1e-52b5-4a0e-9c3b-8e8d2a1f4b6c' };
const answered: AnsweredRequest = {
  method: 'GET',
  route: '/oidc/v1/interaction/:id',
  status: 200,
  milliseconds: 1.2,
  remote: '127.0.0.1',
};

function written(format: 'json' | 'text', use: (log: Log) => void): string[] {
  const lines: string[] = [];
  use(createLog({ level: 'INFO', format, clock, sink: (line) => lines.push(line) }));
  return lines;
}

const lineOf = (format: 'json' | 'text', given: Partial<RequestIds>, about: Partial<AnsweredRequest>): string =>
  written(format, (log) =>
    log.child({ role: 'authz' }).request('INFO', { ...ids, ...given }, { ...answered, ...about }),
  ).join();

const bearer = 'q7Xw2LbT9dKfZ0aVn3ScYgq7Xw2LbT9dKfZ0aVn3ScY';

describe('the line of an answered request', () => {
  const everything = {
    callerRequestId: 'c-1',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
  };

  it.each<[string, Partial<RequestIds>, Partial<AnsweredRequest>]>([
    ['plain', {}, {}],
    ['with all ids', everything, {}],
    ['of a caller with an IPv6 address', {}, { remote: '2001:db8::1' }],
    ['of nobody', {}, { remote: undefined }],
    ['of an address that a proxy made up', {}, { remote: '"\u001b[31m\u202e,"x":1' }],
    ['of an address that is a token', {}, { remote: bearer }],
    ['of an address that holds one', {}, { remote: `token=${bearer}` }],
    ['of a long address', {}, { remote: 'ab'.repeat(5000) }],
    ['with hostile ids', { requestId: '"\\', callerRequestId: '\u2028"' }, {}],
    ['with a route like none', {}, { route: `"${bearer}\u0007` }],
  ])('%s is the same as of any event with these fields', (_name, given, about) => {
    const { requestId, callerRequestId, traceId, spanId } = { ...ids, ...given };
    const { milliseconds, ...rest } = { ...answered, ...about };
    const { method, route, status, remote } = rest;
    const line = jsonLine({
      time: clock.now(),
      level: 'INFO',
      event: 'http request',
      fields: {
        role: 'authz',
        request_id: requestId,
        caller_request_id: callerRequestId,
        trace_id: traceId,
        span_id: spanId,
        ...redactFields({ method, route, status, duration_ms: milliseconds, remote }),
      },
    });
    expect(lineOf('json', given, about)).toBe(line);
    expect(line).not.toContain(bearer);
  });

  it('is readable at a terminal', () => {
    expect(lineOf('text', {}, {})).toMatch(
      /INFO {2}authz {2}http request request_id=3f0a\S+ method=GET route=\/oidc\/v1\/interaction\/:id status=200 duration_ms=1.2 remote=127.0.0.1$/,
    );
  });

  it.each(['json', 'text'] as const)('is written where its level is, as %s', (format) => {
    const lines = written(format, (log) => {
      log.request('DEBUG', ids, answered);
      log.level = 'DEBUG';
      log.request('DEBUG', ids, answered);
      log.level = 'WARN';
      log.request('INFO', ids, answered);
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('DEBUG');
  });

  it('comes after what was logged before it, and before what is logged after it', () => {
    const lines = written('json', (log) => {
      for (let n = 0; n < 300; n += 1) {
        if (n % 3 === 0) log.request('INFO', { requestId: String(n) }, answered);
        else log.info('event', { request_id: String(n) });
      }
    });
    expect(lines.map((line) => JSON.parse(line).request_id)).toEqual(Array.from({ length: 300 }, (_, n) => String(n)));
  });
});
