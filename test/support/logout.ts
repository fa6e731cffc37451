import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemRandom } from '../../src/crypto/random.js';
import { createOutbound } from '../../src/http/outbound/client.js';
import type { LogoutDeliveryOptions } from '../../src/jobs/deliver-logouts.js';
import { createWake } from '../../src/mail/wake.js';
import type { SigningKeys } from '../../src/storage/signing-keys.js';
import { createSubjects } from '../../src/storage/subjects.js';
import { createLog } from '../../src/telemetry/log/logger.js';
import { administer } from './administration.js';
import type { MovableClock } from './clock.js';
import { configuration } from './configuration.js';
import type { TestDatabase } from './database.js';
import { addClient } from './rows.js';

interface Received {
  readonly contentType: string | undefined;
  readonly form: URLSearchParams;
}

/** A client's end of back-channel logout: answers as told, and keeps what it got. */
export interface LogoutReceiver {
  readonly host: string;
  readonly uri: string;
  readonly received: Received[];
  /** The status of the next answers; `hold` answers when its promise is resolved. */
  behave(behaviour: { status?: number; hold?: Promise<void> }): void;
  close(): Promise<void>;
}

export async function openLogoutReceiver(port = 0): Promise<LogoutReceiver> {
  const received: Received[] = [];
  let behaviour: Parameters<LogoutReceiver['behave']>[0] = {};
  const server: Server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    received.push({ contentType: req.headers['content-type'], form: new URLSearchParams(body) });
    await behaviour.hold;
    res.writeHead(behaviour.status ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    uri: `http://${host}/logout?of=us`,
    received,
    behave(next) {
      behaviour = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A client that wants to be told of logouts. */
export const addTold = (database: TestDatabase, uri: string, members: Record<string, unknown> = {}): Promise<string> =>
  addClient(
    database,
    { backchannel_logout_uri: uri, id_token_signed_response_alg: 'ES256', ...members },
    'a secret of the client',
  );

export interface Told {
  readonly client_id: string;
  readonly session_id: string;
  readonly user_id: string;
}

/** What clients have yet to be told, in the order in which it was written. */
export const waiting = async ({ pool }: TestDatabase): Promise<readonly Told[]> =>
  (await pool.query('SELECT client_id, session_id, user_id FROM logout_notifications ORDER BY id')).rows;

/** As authz does when a client gets an ID token in a session. */
export const addSessionClient = ({ pool }: TestDatabase, sessionId: string, clientId: string) =>
  pool.query('INSERT INTO session_clients (session_id, client_id) VALUES ($1, $2)', [sessionId, clientId]);

interface Place {
  readonly database: TestDatabase;
  readonly clock: MovableClock;
  readonly signingKeys: SigningKeys;
  readonly issuer: string;
}

/** What tells clients over a test's database, and every line that it logged. */
export function logoutDelivery(
  { database, clock, signingKeys, issuer }: Place,
  allowHosts: readonly string[],
  timeout = 2_000,
): LogoutDeliveryOptions & { readonly logged: string[] } {
  const logged: string[] = [];
  return {
    administration: administer(database, { clock }),
    signingKeys,
    subjects: createSubjects(database.sql, configuration.keyEncryptionKeys),
    issuer,
    outbound: createOutbound({ allowHosts, timeout, maxBytes: 1_000 }),
    longestAttempt: timeout,
    clock,
    random: systemRandom,
    chance: () => 0,
    log: createLog({ level: 'TRACE', format: 'json', sink: (line) => void logged.push(line), clock }),
    wake: createWake(),
    interval: 3_600_000,
    logged,
  };
}
