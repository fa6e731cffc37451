import type { Express } from 'express';
import { systemClock } from '../../src/clock.js';
import { systemRandom } from '../../src/crypto/random.js';
import { type AppOptions, createApp } from '../../src/http/request/app.js';
import { createLog, type Log, type LogLevel } from '../../src/telemetry/log/logger.js';
import { configuration } from './configuration.js';

/** A log that keeps its lines. */
export function recordingLog(level: LogLevel = 'TRACE'): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { log: createLog({ level, format: 'json', sink: (line) => lines.push(JSON.parse(line)) }), lines };
}

export const httpSettings = { ...configuration.http, trustProxy: [] as readonly string[] | number };

/** The shell of a role with the given routes, and what it logs. */
export function testApp(mount: (app: Express) => void, overrides: Partial<AppOptions> = {}) {
  const { log, lines } = recordingLog();
  const app = createApp({
    role: 'authz',
    log,
    clock: systemClock,
    random: systemRandom,
    http: httpSettings,
    mount,
    ...overrides,
  });
  return { app, log, lines };
}
