import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../../../src/protocol/unavailable-error.js';
import { describeDatabaseFault } from '../../../../src/storage/connection/availability.js';

const fault = (code: string | undefined, message: string) =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

describe('a database that is away', () => {
  it.each<[string, string | undefined, string, RegExp]>([
    ['nobody listens', 'ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432', /^start PostgreSQL/],
    ['nobody listens at any of several addresses', 'ECONNREFUSED', '', /^start PostgreSQL/],
    ['no such host', 'ENOTFOUND', 'getaddrinfo ENOTFOUND nowhere.invalid', /^correct the host/],
    ['no name server', 'EAI_AGAIN', 'getaddrinfo EAI_AGAIN db', /^correct the host/],
    ['no way there', 'ENETUNREACH', 'connect ENETUNREACH 10.0.0.1:5432', /^look at network and firewall/],
    ['no answer', 'ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:5432', /^look at network and firewall/],
    ['no socket', 'ENOENT', 'connect ENOENT /run/postgresql/.s.PGSQL.5432', /PostgreSQL's log/],
    ['hung up', 'ECONNRESET', 'read ECONNRESET', /PostgreSQL's log/],
    ['hung up while we wrote', 'EPIPE', 'write EPIPE', /PostgreSQL's log/],
    ['hung up, as the driver says it', undefined, 'Connection terminated unexpectedly', /PostgreSQL's log/],
    ['a connection that is beyond repair', undefined, 'Client was closed and is not queryable', /PostgreSQL's log/],
    ['a connection that takes too long', undefined, 'timeout expired', /database\.connect_timeout/],
    ['a server that answers nothing', undefined, 'Query read timeout', /database\.query_timeout/],
    ['a broken connection', '08006', 'connection failure', /PostgreSQL's log/],
    ['a wrong password', '28P01', 'password authentication failed for user "u"', /^correct user and password/],
    ['no such database', '3D000', 'database "d" does not exist', /^create the database/],
    ['a standby', '25006', 'cannot execute INSERT in a read-only transaction', /^this is a standby/],
    ['no connection left', '53300', 'sorry, too many clients already', /max_connections$/],
    ['a full disk', '53100', 'could not extend file', /^make room/],
    ['no memory', '53200', 'out of memory', /^look at memory/],
    ['a slow statement', '57014', 'canceling statement due to statement timeout', /^look for locks/],
    ['a lock', '55P03', 'canceling statement due to lock timeout', /^look for locks/],
    ['a shutdown', '57P01', 'terminating connection due to administrator command', /starting or stopping/],
    ['a start', '57P03', 'the database system is starting up', /starting or stopping/],
    ['a deadlock', '40P01', 'deadlock detected', /try again/],
    ['a pool in use', undefined, 'timeout exceeded when trying to connect', /raise database\.max_open_conns/],
    ['no TLS', undefined, 'The server does not support SSL connections', /^correct sslmode/],
  ])('%s', (_, code, message, remedy) => {
    const described = describeDatabaseFault(fault(code, message));
    expect(described).toEqual({ away: true, reason: message || code, remedy: expect.stringMatching(remedy) });
  });

  it('was found so by a request already: the cause tells, if there is one', () => {
    class Away extends UnavailableError {
      readonly retryAfter = 1;
    }
    const cause = fault('ECONNREFUSED', 'connect ECONNREFUSED');
    expect(describeDatabaseFault(new Away('away', { cause }))).toEqual(describeDatabaseFault(cause));
    expect(describeDatabaseFault(new Away('busy'))).toMatchObject({ away: true, reason: 'busy' });
  });
});

describe('a database that answers: the fault is ours or the operator’s', () => {
  it.each<[string, string | undefined, string, RegExp]>([
    ['missing rights', '42501', 'permission denied for schema public', /^let the user of database\.dsn own/],
    ['a wrong statement', '42703', 'column "connection_timeout" does not exist', /PostgreSQL's log/],
    ['a value that is taken', '23505', 'duplicate key value', /PostgreSQL's log/],
    ['a parameter of the wrong type', 'ERR_INVALID_ARG_TYPE', 'The "list" argument must be', /PostgreSQL's log/],
    ['an error of our own', undefined, 'there is no signing key', /PostgreSQL's log/],
  ])('%s', (_, code, message, remedy) => {
    const described = describeDatabaseFault(fault(code, message));
    expect(described).toEqual({ away: false, reason: message, remedy: expect.stringMatching(remedy) });
  });

  it('says so where nothing says why', () => {
    expect(describeDatabaseFault({}).reason).toBe('no reason given');
  });
});
