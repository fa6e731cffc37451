import { UnavailableError } from '../../protocol/unavailable-error.js';

/** A fault of the database, for whoever has to do something about it. */
export interface DatabaseFault {
  /** It cannot be asked at the moment: worth waiting for, and no fault of the statement. */
  readonly away: boolean;
  /** PostgreSQL's own words, or the socket's. */
  readonly reason: string;
  /** What an operator does about it. */
  readonly remedy: string;
}

/** How a fault is recognised (its code, a blank, its message) and what follows; the first that fits. */
interface FaultRule extends Omit<DatabaseFault, 'reason'> {
  readonly is: RegExp;
}

const unknown = { away: false, remedy: "look at PostgreSQL's log, and at database.dsn" };

/** Codes are SQLSTATEs, or what the system calls a failure of the network. */
const rules: readonly FaultRule[] = [
  { is: /^ECONNREFUSED /, away: true, remedy: 'start PostgreSQL, or correct host and port in database.dsn' },
  {
    is: /^(ENOTFOUND|EAI_AGAIN) /,
    away: true,
    remedy: 'correct the host in database.dsn, or mend the name resolution',
  },
  {
    is: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH) /,
    away: true,
    remedy: 'look at network and firewall on the way to PostgreSQL',
  },
  { is: /^28/, away: true, remedy: 'correct user and password in database.dsn, or pg_hba.conf' },
  { is: /^3D000 /, away: true, remedy: 'create the database, or correct its name in database.dsn' },
  {
    is: /^25006 /,
    away: true,
    remedy: 'this is a standby or set to read only: point database.dsn at the primary',
  },
  {
    is: /^42501 /,
    away: false,
    remedy: 'let the user of database.dsn own the database, or set database.migration_dsn',
  },
  {
    is: /^53300 /,
    away: true,
    remedy: "lower database.max_open_conns of all processes together, or raise PostgreSQL's max_connections",
  },
  { is: /^53100 /, away: true, remedy: "make room on PostgreSQL's disk" },
  { is: /^53/, away: true, remedy: "look at memory and disk of PostgreSQL's machine" },
  {
    is: /^(57014|55P03) /,
    away: true,
    remedy: 'look for locks and slow statements, or raise database.statement_timeout',
  },
  { is: /^40(P01|001) /, away: true, remedy: 'statements are in the way of each other: try again' },
  { is: /^57P/, away: true, remedy: "PostgreSQL is starting or stopping: look at its log if that doesn't pass" },
  {
    is: / Query read timeout/,
    away: true,
    remedy:
      'PostgreSQL took the statement and did not answer within database.query_timeout: look whether it is stopped or its disk stalls, and at the network on the way',
  },
  {
    is: / (timeout expired|Connection terminated due to connection timeout)/,
    away: true,
    remedy:
      'PostgreSQL takes no new connection within database.connect_timeout: look whether it is stopped or overloaded, and at the network on the way',
  },
  {
    is: / timeout exceeded when trying to connect/,
    away: true,
    remedy: 'look for slow statements, or raise database.max_open_conns or database.connect_timeout',
  },
  { is: /SSL connection/, away: true, remedy: "correct sslmode in database.dsn, or PostgreSQL's ssl" },
  // A connection that broke, or never came to be. ERR_… are Node's complaints about a program, not about a network.
  { is: /^(08|25P0[34]|E(?!RR_)[A-Z])/, ...unknown, away: true },
  { is: /Connection terminated|not queryable/, ...unknown, away: true },
];

/** What a failed query or connection means: for requests, for a start that waits, and for commands alike. */
export function describeDatabaseFault(error: unknown): DatabaseFault {
  if (error instanceof UnavailableError) {
    return error.cause === undefined
      ? { away: true, reason: error.message, remedy: unknown.remedy }
      : describeDatabaseFault(error.cause);
  }
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const { away, remedy } = rules.find(({ is }) => is.test(`${code} ${message}`)) ?? unknown;
  return { away, remedy, reason: message || code || 'no reason given' };
}
