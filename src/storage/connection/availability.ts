/** What an operator does about a database that can not be used, by SQLSTATE or by what the socket says. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'start PostgreSQL, or correct host and port in database.dsn'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'correct the host in database.dsn, or mend the name resolution'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, 'look at network and firewall on the way to PostgreSQL'],
  [/^28/, 'correct user and password in database.dsn, or pg_hba.conf'],
  [/^3D000$/, 'create the database, or correct its name in database.dsn'],
  [/^25006$/, 'this is a standby or set to read only: point database.dsn at the primary'],
  [/^42501$/, 'let the user of database.dsn own the database, or set database.migration_dsn'],
  [/^53300$/, "lower database.max_open_conns of all processes together, or raise PostgreSQL's max_connections"],
  [/^53100$/, "make room on PostgreSQL's disk"],
  [/^53/, "look at memory and disk of PostgreSQL's machine"],
  [/^57014$/, 'look for locks and slow statements, or raise database.statement_timeout'],
  [/^57P/, "PostgreSQL is starting or stopping: look at its log if that doesn't pass"],
];

const poolTimeout = 'look for slow statements, or raise database.max_open_conns or database.connect_timeout';

/** PostgreSQL's own words, or the socket's. */
export function databaseReason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return message || code || 'no reason given';
}

export function databaseRemedy(error: unknown): string {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (/timeout exceeded when trying to connect/.test(message)) return poolTimeout;
  if (/SSL connections/.test(message)) return "correct sslmode in database.dsn, or PostgreSQL's ssl";
  return remedies.find(([codes]) => codes.test(code))?.[1] ?? "look at PostgreSQL's log, and at database.dsn";
}
