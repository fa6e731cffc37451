import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdminConfig } from '../../config/configuration.js';
import { type Log, type LogLevel, logLevels } from '../../telemetry/log/logger.js';
import type { AdminAccess } from './access.js';
import type { Health } from './health.js';

export type AdminHandler = (req: IncomingMessage, res: ServerResponse, body: string) => Promise<void> | void;

export interface AdminRoute {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly access: AdminAccess;
  readonly handle: AdminHandler;
}

export interface AdminRoutesOptions {
  readonly admin: Pick<AdminConfig, 'shutdown' | 'diagnostics' | 'token'>;
  readonly health: Health;
  readonly log: Log;
  onShutdown(): void;
  readonly metrics?: (() => Promise<string>) | undefined;
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const text = `${JSON.stringify(body)}\n`;
  res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers });
  res.end(text);
}

const shutdown =
  ({ log, onShutdown }: AdminRoutesOptions): AdminHandler =>
  (_req, res, body) => {
    if (body !== '') return sendJson(res, 400, { error: 'the body has to be empty' });
    log.warn('shutdown asked for on the admin listener');
    res.once('close', onShutdown); // after the answer is out, or its reader is gone
    sendJson(res, 200, { status: 'shutting down' }, { Connection: 'close' });
  };

/** Other accounts of this machine reach a loopback address, too: where there is a token, it is asked for, unless that is waived. */
const shutdownRoute = (options: AdminRoutesOptions): AdminRoute => ({
  method: 'POST',
  path: '/shutdown',
  access: options.admin.token === undefined || options.admin.shutdown === 'local' ? 'local' : 'token',
  handle: shutdown(options),
});

/** The level in `DEBUG` or `{"level":"DEBUG"}`. */
function parseLevel(body: string): LogLevel | undefined {
  const given = /^\s*\{\s*"level"\s*:\s*"(\w+)"\s*\}\s*$/.exec(body)?.[1] ?? body.trim();
  return logLevels.find((level) => level === given.toUpperCase());
}

const setLogLevel =
  (log: Log): AdminHandler =>
  (_req, res, body) => {
    const level = parseLevel(body);
    if (level === undefined) return sendJson(res, 400, { error: `the level has to be one of ${logLevels.join(', ')}` });
    const before = log.level;
    log.level = level;
    log.warn('log level changed', { from: before, to: level });
    sendJson(res, 200, { level });
  };

function diagnosticRoutes(): AdminRoute[] {
  const lazily =
    (name: 'cpuProfile' | 'heapSnapshot' | 'report'): AdminHandler =>
    async (req, res) =>
      (await import('./diagnostics.js'))[name](req, res);
  return [
    { method: 'GET', path: '/diagnostics/cpu-profile', access: 'token', handle: lazily('cpuProfile') },
    { method: 'GET', path: '/diagnostics/heap-snapshot', access: 'token', handle: lazily('heapSnapshot') },
    { method: 'GET', path: '/diagnostics/report', access: 'token', handle: lazily('report') },
  ];
}

/** What the admin listener answers, and to whom; what is switched off is not there. */
export function adminRoutes(options: AdminRoutesOptions): readonly AdminRoute[] {
  const { admin, health, log, metrics } = options;
  const livez: AdminHandler = (_req, res) => sendJson(res, health.livez().ok ? 200 : 503, { status: 'ok' });
  const readyz: AdminHandler = async (_req, res) => {
    const { ok, checks, warnings } = await health.readyz();
    const status = ok ? 'ok' : 'unavailable';
    sendJson(res, ok ? 200 : 503, { status, checks, ...(Object.keys(warnings).length > 0 && { warnings }) });
  };
  const prometheus: AdminHandler = async (_req, res) => {
    const text = (await metrics?.()) ?? '';
    res.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  };
  return [
    { method: 'GET', path: '/livez', access: 'open', handle: livez },
    { method: 'GET', path: '/readyz', access: 'open', handle: readyz },
    ...(metrics ? [{ method: 'GET', path: '/metrics', access: 'open', handle: prometheus } as const] : []),
    ...(admin.shutdown === false ? [] : [shutdownRoute(options)]),
    {
      method: 'GET',
      path: '/log-level',
      access: 'token',
      handle: (_req, res) => sendJson(res, 200, { level: log.level }),
    },
    { method: 'PUT', path: '/log-level', access: 'token', handle: setLogLevel(log) },
    ...(admin.diagnostics ? diagnosticRoutes() : []),
  ];
}
