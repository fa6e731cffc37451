import { describe, expect, it } from '@jest/globals';
import { createLog, type Log, type LogLevel, logLevels } from '../../../../src/telemetry/log/logger.js';
import { runInRequest } from '../../../../src/telemetry/log/request-context.js';

const clock = { now: () => new Date('2026-01-02T03:04:05.678Z') };

async function written(
  format: 'json' | 'text',
  use: (log: Log) => void | Promise<void>,
  level: LogLevel = 'INFO',
): Promise<string[]> {
  const lines: string[] = [];
  const log = createLog({ level, format, clock, sink: (line) => lines.push(line) });
  await use(log);
  await log.flush();
  return lines;
}

const writtenJson = async (use: (log: Log) => void, level: LogLevel = 'INFO'): Promise<Record<string, unknown>[]> =>
  (await written('json', use, level)).map((line) => JSON.parse(line));

describe('JSON lines', () => {
  it('carry time, level, event and fields', async () => {
    expect(await writtenJson((log) => log.info('started', { port: 8080 }))).toEqual([
      { time: '2026-01-02T03:04:05.678Z', level: 'INFO', message: 'started', port: 8080 },
    ]);
  });

  it('let no field replace time, level or event', async () => {
    const [line] = await writtenJson((log) => log.warn('event', { message: 'm', level: 'l', time: 't' }));
    expect(line).toMatchObject({ level: 'WARN', message: 'event', message_: 'm', level_: 'l', time_: 't' });
  });

  it('stay one line whatever a value holds', async () => {
    const lines = await written('json', (log) => log.info('event', { value: 'a\nb\r\n{"level":"ERROR"}' }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
  });

  it.each(['json', 'text'] as const)('S29: hold nothing that a terminal obeys, as %s', async (format) => {
    const hostile = 'a\u001b[31m\u009b31m\u0085\u007f\u2028\u202e\rb\u2066';
    const error = new Error(hostile);
    const lines = await written(format, (log) => {
      log.info('event', { value: hostile, list: [hostile], [`key ${hostile}`]: 1 });
      log.error('failed', { error });
    });
    expect(lines.join('\n').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e\u2066]/u);
    if (format === 'json') expect(JSON.parse(lines[0] ?? '').value).toBe(hostile);
    else expect(lines[0]).toContain('\\u001b[31m\\u009b31m\\u0085');
  });

  it('carry the fields of children, redacted too', async () => {
    const lines = await writtenJson((log) => log.child({ role: 'authz' }).child({ token: 'x' }).info('event'));
    expect(lines[0]).toMatchObject({ role: 'authz', token: '[redacted]' });
  });

  it('carry the request id across awaits', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'INFO', format: 'json', sink: (line) => lines.push(line) });
    await runInRequest({ requestId: 'r-1', callerRequestId: 'c-1' }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      log.info('inside');
    });
    log.info('outside');
    await log.flush();
    const [inside, outside] = lines.map((line) => JSON.parse(line));
    expect([inside.request_id, inside.caller_request_id]).toEqual(['r-1', 'c-1']);
    expect([outside.request_id, outside.caller_request_id]).toEqual([undefined, undefined]);
  });

  it('keep what was logged, whatever becomes of the object later', async () => {
    const state = { attempt: 1 };
    const lines = await writtenJson((log) => {
      for (let line = 0; line < 100; line += 1) log.info('event', { state });
      state.attempt = 2;
    });
    expect(lines.map((line) => line.state)).toEqual(Array.from({ length: 100 }, () => ({ attempt: 1 })));
  });

  it('come in order, however many at once', async () => {
    const lines = await writtenJson((log) => {
      for (let index = 0; index < 5000; index += 1) log.info('event', { index });
    });
    expect(lines.map((line) => line.index)).toEqual(Array.from({ length: 5000 }, (_, index) => index));
  });
});

describe('text lines', () => {
  it('are readable', async () => {
    const [line] = await written('text', (log) =>
      log.child({ role: 'idp' }).warn('sign-in failed', { result: 'delayed', why: 'too many', wait: 3 }),
    );
    expect(line).toMatch(/^\d\d:04:05\.678 WARN {2}idp {4}sign-in failed result=delayed why="too many" wait=3$/);
  });

  it('show errors and causes below', async () => {
    const [line] = await written('text', (log) =>
      log.error('failed', { error: new Error('outer', { cause: new TypeError('inner') }), port: 1 }),
    );
    expect(line).toMatch(/ERROR failed port=1\n {4}Error: outer\n[\s\S]*\n {4}caused by TypeError: inner\n/);
  });

  it('cannot be forged by a value with line breaks', async () => {
    const [line] = await written('text', (log) => log.info('event', { value: 'a\n03:04:05 ERROR b' }));
    expect(line).not.toContain('\n');
  });
});

describe('levels', () => {
  it.each(logLevels.map((level, rank) => [level, rank + 1] as const))(
    '%s lets %i levels through',
    async (level, count) => {
      const lines = await writtenJson((log) => {
        log.error('e');
        log.warn('w');
        log.info('i');
        log.debug('d');
        log.trace('t');
      }, level);
      expect(lines.map((line) => line.level)).toEqual(logLevels.slice(0, count));
    },
  );

  it('change while serving, for every child at once', async () => {
    const lines = await writtenJson((log) => {
      const child = log.child({ role: 'rs' });
      child.debug('unheard');
      log.level = 'TRACE';
      child.trace('heard');
      expect([child.level, child.isEnabled('TRACE')]).toEqual(['TRACE', true]);
      child.level = 'ERROR';
      log.warn('unheard');
    });
    expect(lines.map((line) => line.message)).toEqual(['heard']);
  });
});
