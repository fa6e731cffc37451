import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { verifyOwnJwt } from '../../../src/crypto/jwt.js';
import {
  createLogoutDelivery,
  deliverDueLogouts,
  type LogoutDeliveryOptions,
} from '../../../src/jobs/deliver-logouts.js';
import { logoutEvent, logoutTokenType } from '../../../src/protocol/token/logout-token.js';
import { disableClient } from '../../../src/storage/clients/clients.js';
import { auditRows } from '../../support/administration.js';
import { openIdp, type TestIdp } from '../../support/idp.js';
import {
  addSessionClient,
  addTold,
  type LogoutReceiver,
  logoutDelivery,
  openLogoutReceiver,
  waiting,
} from '../../support/logout.js';
import { addSession, addUser, change } from '../../support/rows.js';

const never = new AbortController().signal;
const second = 1_000;

let idp: TestIdp;
let receiver: LogoutReceiver;
let client: string;
beforeAll(async () => {
  idp = await openIdp();
});
beforeEach(async () => {
  receiver = await openLogoutReceiver();
  client = await addTold(idp.database, receiver.uri);
  await idp.database.pool.query('TRUNCATE logout_notifications');
  await auditRows(idp.database);
});
afterEach(() => receiver.close());
afterAll(() => idp.close());

const open = (timeout?: number, hosts = [receiver.host]) =>
  logoutDelivery(
    { database: idp.database, clock: idp.clock, signingKeys: idp.deps.signingKeys, issuer: idp.deps.config.issuer },
    hosts,
    timeout,
  );

const deliver = (options: LogoutDeliveryOptions) => deliverDueLogouts(options, never);

/** A session in which these clients got ID tokens, and which has ended. */
async function ended(...clients: string[]) {
  const id = randomUUID();
  const userId = await addUser(idp.database);
  await addSession(idp.database, id, userId);
  for (const clientId of clients) await addSessionClient(idp.database, id, clientId);
  await idp.database.pool.query('DELETE FROM sessions WHERE id = $1', [id]);
  await auditRows(idp.database);
  return { id, userId };
}

async function claimsOf(token: string) {
  const { find } = await idp.deps.signingKeys.keySet();
  const expected = { issuer: idp.deps.config.issuer, typ: logoutTokenType, now: idp.clock.now() };
  return verifyOwnJwt(token, find, expected);
}

const sidsOf = (at: LogoutReceiver) =>
  Promise.all(at.received.map(async ({ form }) => (await claimsOf(form.get('logout_token') ?? ''))?.sid));

describe('back-channel logout (OIDC Back-Channel Logout §2)', () => {
  it('§9.6: posts a form with nothing but a logout token, signed as the ID tokens of the client are', async () => {
    const { id, userId } = await ended(client);
    expect(await deliver(open())).toEqual({ count: 0, oldest: null, next: null });
    const [request] = receiver.received;
    expect(request?.contentType).toBe('application/x-www-form-urlencoded');
    expect([...(request?.form.keys() ?? [])]).toEqual(['logout_token']);
    const token = request?.form.get('logout_token') ?? '';
    const { kid } = (await idp.deps.signingKeys.keySet()).current('ES256');
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'logout+jwt', kid });
    const claims = await claimsOf(token);
    const iat = Math.floor(idp.clock.now().getTime() / 1000);
    expect(claims).toEqual({
      iss: idp.deps.config.issuer,
      aud: client,
      sub: userId,
      sid: id,
      iat,
      exp: iat + 120,
      jti: expect.any(String),
      events: { [logoutEvent]: {} },
    });
    expect(await waiting(idp.database)).toEqual([]);
  });

  it('§2.5 tries again while the client is down, with a token of its own each time, until it is back', async () => {
    await ended(client);
    const port = Number(receiver.host.split(':')[1]);
    await receiver.close();
    const delivery = open();
    for (const seconds of [15, 30, 60]) {
      const { count, next } = await deliver(delivery);
      expect([count, next]).toEqual([1, new Date(idp.clock.now().getTime() + seconds * second)]);
      idp.clock.advance(seconds * second);
    }
    receiver = await openLogoutReceiver(port);
    receiver.behave({ status: 503 });
    await deliver(delivery);
    idp.clock.advance(120 * second);
    receiver.behave({});
    await deliver(delivery);
    await deliver(delivery);
    expect(receiver.received).toHaveLength(2);
    const tokens = receiver.received.map(({ form }) => form.get('logout_token') ?? '');
    const [first, last] = await Promise.all(tokens.map(claimsOf));
    expect(first).toBeNull(); // two minutes old by now
    expect(last).toMatchObject({ aud: client });
    expect(await waiting(idp.database)).toEqual([]);
  });

  it('a slow client costs an attempt, and keeps no other waiting', async () => {
    const quick = await openLogoutReceiver();
    const other = await addTold(idp.database, quick.uri);
    let release = (): void => undefined;
    receiver.behave({
      hold: new Promise((resolve) => {
        release = resolve;
      }),
    });
    await ended(client, other);
    await ended(client, other);
    expect(await deliver(open(100, [receiver.host, quick.host]))).toMatchObject({ count: 2 });
    release();
    expect([receiver.received.length, quick.received.length]).toEqual([1, 2]);
    receiver.behave({});
    idp.clock.advance(15 * second);
    await deliver(open());
    expect(receiver.received).toHaveLength(3);
    await quick.close();
  });

  it('§2.8 an answer of 400 is the last word, and operators are warned', async () => {
    receiver.behave({ status: 400 });
    const { id, userId } = await ended(client);
    const delivery = open();
    await deliver(delivery);
    idp.clock.advance(86_400_000);
    await deliver(delivery);
    expect(receiver.received).toHaveLength(1);
    expect(await auditRows(idp.database)).toEqual([
      expect.objectContaining({
        type: 'logout_notification_given_up',
        client_id: client,
        user_id: userId,
        context: { by: 'command', reason: 'status 400', attempts: 1 },
      }),
    ]);
    const line = delivery.administration as unknown as { logged: string[] };
    expect(line.logged.join()).toContain(id);
  });

  it('gives up a day after the session ended', async () => {
    receiver.behave({ status: 500 });
    await ended(client);
    await idp.database.pool.query(
      "UPDATE logout_notifications SET created_at = clock_timestamp() - interval '25 hours'",
    );
    await deliver(open());
    expect(receiver.received).toHaveLength(1);
    expect(await waiting(idp.database)).toEqual([]);
    expect(await auditRows(idp.database)).toEqual([expect.objectContaining({ type: 'logout_notification_given_up' })]);
  });

  it('tells a client of sessions in the order in which they ended, also after a failure', async () => {
    const ids = [(await ended(client)).id, (await ended(client)).id, (await ended(client)).id];
    receiver.behave({ status: 500 });
    await deliver(open());
    expect(receiver.received).toHaveLength(1);
    receiver.behave({});
    idp.clock.advance(15 * second);
    await deliver(open());
    expect((await sidsOf(receiver)).slice(1)).toEqual(ids);
  });

  it('tells of each session once, however many processes are at it', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, async () => (await ended(client)).id));
    await Promise.all(Array.from({ length: 4 }, () => deliver(open())));
    await deliver(open());
    expect((await sidsOf(receiver)).sort()).toEqual(ids.sort());
  });

  it('is told by another process where one died over it', async () => {
    await ended(client);
    const dying = open();
    dying.outbound.postForm = () => Promise.reject(new Error('the process is gone'));
    await expect(deliver(dying)).rejects.toThrow('the process is gone');
    expect(await deliver(open())).toMatchObject({ count: 1 });
    expect(receiver.received).toHaveLength(0);
    idp.clock.advance(62 * second);
    await deliver(open());
    expect(receiver.received).toHaveLength(1);
  });

  it('a client that is disabled, or does not want to be told any more, is not', async () => {
    const gone = await addTold(idp.database, receiver.uri);
    await ended(client, gone);
    await disableClient(idp.database.transactions, client, change);
    await idp.database.pool.query(
      "UPDATE clients SET metadata = metadata - 'backchannel_logout_uri' WHERE client_id = $1",
      [gone],
    );
    await deliver(open());
    expect(receiver.received).toHaveLength(0);
    expect(await waiting(idp.database)).toEqual([]);
  });

  it('only goes where the configuration of outbound fetches lets it', async () => {
    await ended(client);
    const delivery = open(2_000, []);
    await deliver(delivery);
    expect(receiver.received).toHaveLength(0);
    expect(delivery.logged.join()).toContain('only https is fetched');
  });

  it('is woken at once', async () => {
    const delivery = open();
    const runner = createLogoutDelivery(delivery);
    runner.start();
    const { id } = await ended(client);
    delivery.wake.wake();
    while (receiver.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await runner.stop();
    expect(await sidsOf(receiver)).toEqual([id]);
  });
});
