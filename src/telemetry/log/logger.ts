import { isSpanContextValid, trace } from '@opentelemetry/api';
import winston from 'winston';
import { type Clock, systemClock } from '../../clock.js';
import { createLineWriter, type LineWriter } from './line-writer.js';
import { jsonLine, jsonPart, type LogEntry, textLine } from './log-format.js';
import { redactFields, safeLiteral } from './redaction.js';
import { currentRequest } from './request-context.js';
import {
  type AnsweredRequest,
  idFields,
  type RequestIds,
  requestEvent,
  requestFields,
  requestLine,
} from './request-line.js';

export const logLevels = ['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFields = Readonly<Record<string, unknown>>;

type Write = (event: string, fields?: LogFields) => void;

/** Events are fixed texts; what varies goes into fields, where secrets are removed by name and by form. */
export interface Log {
  readonly error: Write;
  readonly warn: Write;
  readonly info: Write;
  readonly debug: Write;
  readonly trace: Write;
  /** The one line of a request that was answered. */
  request(level: 'INFO' | 'DEBUG', ids: RequestIds, answered: AnsweredRequest): void;
  /** To be asked before fields are gathered that cost something. */
  isEnabled(level: LogLevel): boolean;
  /** The same log with fields that every line carries. */
  child(fields: LogFields): Log;
  /** Shared with all children; may be changed while serving. */
  level: LogLevel;
  /** Resolves when all lines so far are out of the process, or after a bounded wait: call it before process.exit. */
  flush(): Promise<void>;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  /** Takes the lines instead of standard output. */
  readonly sink?: ((line: string) => void) | undefined;
  readonly clock?: Clock;
}

const rank = Object.fromEntries(logLevels.map((level, index) => [level, index])) as Record<LogLevel, number>;
const message = Symbol.for('message');
const flushed = Symbol('flushed');
const flushTimeout = 10_000;

type Info = winston.LogEntry & { [message]?: string; [flushed]?: () => void; entry?: LogEntry };

// winston's types call the class by another name than winston itself does.
const { Transport } = winston as unknown as {
  Transport: new (options: { log(info: Info, next: () => void): void }) => winston.transport;
};

const sinkWriter = (sink: (line: string) => void): LineWriter => ({ write: sink, flush: async () => undefined });

const stdoutWriter = (format: (entry: LogEntry) => string, clock: Clock): LineWriter =>
  createLineWriter(process.stdout, (lines) =>
    format({ time: clock.now(), level: 'WARN', event: 'log lines dropped: nobody reads them', fields: { lines } }),
  );

/** The ids of the request that is being answered, and of the span that is active. */
function correlation(): Record<string, string> {
  const request = currentRequest();
  const span = trace.getActiveSpan()?.spanContext();
  const { traceId, spanId } = span && isSpanContextValid(span) ? span : {};
  return idFields({ requestId: request?.requestId, callerRequestId: request?.callerRequestId, traceId, spanId });
}

function createWinston(format: (entry: LogEntry) => string, writer: LineWriter): winston.Logger {
  const line = winston.format((info) => {
    const { entry } = info as Info;
    if (entry) info[message] = format(entry);
    return info;
  });
  const transport = new Transport({
    log(info: Info, next) {
      if (info[flushed]) void writer.flush().then(info[flushed]);
      else writer.write(info[message] ?? '');
      next();
    },
  });
  // Levels are decided before a line gets here: a disabled call must cost nothing.
  return winston.createLogger({ levels: rank, level: 'TRACE', format: line(), transports: [transport] });
}

/** Asks the transport behind all lines that were logged so far, and waits no longer than the time-out. */
const flush = (logger: winston.Logger): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, flushTimeout);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    logger.write({ level: 'ERROR', message: '', [flushed]: done } satisfies Info);
  });

/** The one log of a process; hand `child({ role })` to each role. */
export function createLog({ level, format, sink, clock = systemClock }: LogOptions): Log {
  const lineFormat = format === 'json' ? jsonLine : textLine;
  const writer = sink ? sinkWriter(sink) : stdoutWriter(lineFormat, clock);
  const logger = createWinston(lineFormat, writer);
  const state = { level };
  const isEnabled = (asked: LogLevel): boolean => rank[asked] <= rank[state.level];

  function write(asked: LogLevel, event: string, fields: LogFields): void {
    const entry: LogEntry = { time: clock.now(), level: asked, event: safeLiteral(event), fields };
    logger.log({ level: asked, message: event, entry } satisfies Info);
  }

  function bind(bound: LogFields): Log {
    const boundText = jsonPart(bound);
    const at =
      (asked: LogLevel): Write =>
      (event, fields) => {
        if (isEnabled(asked)) write(asked, event, { ...bound, ...correlation(), ...(fields && redactFields(fields)) });
      };
    return {
      error: at('ERROR'),
      warn: at('WARN'),
      info: at('INFO'),
      debug: at('DEBUG'),
      trace: at('TRACE'),
      request(asked, ids, answered) {
        if (!isEnabled(asked)) return;
        if (format === 'json') {
          writer.write(requestLine({ time: clock.now(), level: asked, bound: boundText }, ids, answered));
        } else {
          write(asked, requestEvent, { ...bound, ...idFields(ids), ...redactFields(requestFields(answered)) });
        }
      },
      isEnabled,
      child: (fields) => bind({ ...bound, ...redactFields(fields) }),
      get level() {
        return state.level;
      },
      set level(next) {
        state.level = next;
      },
      flush: () => flush(logger),
    };
  }
  return bind({});
}
