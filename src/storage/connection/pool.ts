import pg from 'pg';
import type { Log } from '../../telemetry/log/logger.js';
import type { DatabaseSettings } from '../data-source.js';

/** Milliseconds after which a connection that is not needed is closed, down to `max_idle_conns`. */
const idleTimeout = 30_000;

/** The pool of the request path: it connects when first asked, so it can be made before the database is there. */
export function createPool(settings: DatabaseSettings, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: settings.dsn,
    application_name: settings.applicationName,
    max: settings.maxOpenConns,
    min: Math.min(settings.maxIdleConns, settings.maxOpenConns),
    idleTimeoutMillis: idleTimeout,
    maxLifetimeSeconds: Math.ceil(settings.connMaxLifetime / 1000),
    connectionTimeoutMillis: settings.connectTimeout,
    keepAlive: true,
    ...(settings.statementTimeout > 0 ? { statement_timeout: settings.statementTimeout } : {}),
  });
  pool.on('error', (error) => log.warn('idle database connection lost', { reason: error.message }));
  return pool;
}
