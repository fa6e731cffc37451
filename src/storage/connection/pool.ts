import pg from 'pg';
import type { Log } from '../../telemetry/log/logger.js';

export interface DatabaseSettings {
  readonly dsn: string;
  /** Connections at most; `database.max_open_conns`. */
  readonly maxOpenConns: number;
  /** Idle connections kept; `database.max_idle_conns`. */
  readonly maxIdleConns: number;
  /** Milliseconds after which a connection is replaced; `database.conn_max_lifetime`. */
  readonly connMaxLifetime: number;
  /** Milliseconds, kept by PostgreSQL; 0 for none. */
  readonly statementTimeout: number;
  /** Milliseconds to wait for a connection, from the pool or from the server. */
  readonly connectTimeout: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

/** Milliseconds after which a connection that is not needed is closed, down to `max_idle_conns`. */
const idleTimeout = 30_000;

export interface PoolSettings extends DatabaseSettings {
  /** Milliseconds for an answer, kept by us; 0 for none. The connection is given up with the statement. */
  readonly queryTimeout: number;
}

/** The pool of the request path: it connects when first asked, so it can be made before the database is there. */
export function createPool(settings: PoolSettings, log: Log): pg.Pool {
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
    ...(settings.queryTimeout > 0 ? { query_timeout: settings.queryTimeout } : {}),
  });
  pool.on('error', (error) => log.warn('idle database connection lost', { reason: error.message }));
  return pool;
}
