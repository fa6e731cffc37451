import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret } from '../../../src/config/secret.js';
import { createSelfSigned } from '../../../src/http/operations/self-signed.js';
import { createMailDelivery, deliverDueMail, type MailDeliveryOptions } from '../../../src/jobs/deliver-mail.js';
import { auditRows } from '../../support/administration.js';
import { type MovableClock, movableClock } from '../../support/clock.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { deliveryOver, queueNotice, smtpTransport } from '../../support/mail.js';
import { addUser } from '../../support/rows.js';
import { headerOf, openSmtp, partsOf, type TestSmtp } from '../../support/smtp.js';

const never = new AbortController().signal;
const minute = 60_000;
const hour = 60 * minute;

let database: TestDatabase;
let smtp: TestSmtp;
let clock: MovableClock;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  smtp = await openSmtp();
  clock = movableClock();
  await database.pool.query('TRUNCATE outgoing_mails, mail_allowances');
  await auditRows(database);
});
afterEach(() => smtp.close());
afterAll(() => database.close());

const open = (over: Parameters<typeof smtpTransport>[1] = {}, port = smtp.port) =>
  deliveryOver(database, clock, smtpTransport(port, over));

const deliver = (options: MailDeliveryOptions) => deliverDueMail(options, never, never);

const row = async () => (await database.pool.query('SELECT * FROM outgoing_mails')).rows[0];

const queue = async (options?: Parameters<typeof queueNotice>[3]) => {
  const userId = await addUser(database);
  expect(await queueNotice(database, clock, userId, options)).toBe('queued');
  await auditRows(database); // of the user
  return userId;
};

const refusal = (code: number, text: string) => async () => ({ code, text });

describe('a mail', () => {
  it('is text and HTML, from and to whom it should be, and is marked when the server has taken it', async () => {
    await queue();
    const delivery = open();
    expect(await deliver(delivery)).toMatchObject({ count: 0 });
    const [mail] = smtp.received;
    const { id, recipient, ...rest } = await row();
    expect(mail).toMatchObject({
      from: 'identity@example.org',
      recipients: [recipient],
      messageId: `<${id}@idp.example>`,
    });
    expect(headerOf(mail?.raw ?? '', 'from')).toBe('"Identity, Inc." <identity@example.org>');
    expect(headerOf(mail?.raw ?? '', 'auto-submitted')).toBe('auto-generated');
    const [text, html] = partsOf(mail?.raw ?? '');
    expect(text).toContain('The password of your Test Identity account was changed.');
    expect(html).toContain('<p style="margin:0 0 16px">The password of your Test Identity account was changed.</p>');
    expect(rest).toMatchObject({ sent_at: clock.now(), next_attempt_at: null, last_error: null, attempts: 1 });
    await deliver(delivery);
    expect(smtp.received).toHaveLength(1);
  });

  it('waits while the server is down, is sent when it is back, and once', async () => {
    await queue();
    const { port } = smtp;
    await smtp.close();
    const delivery = open({}, port);
    for (const seconds of [15, 30, 60]) {
      expect(await deliver(delivery)).toMatchObject({ count: 1 });
      expect((await row()).next_attempt_at.getTime() - clock.now().getTime()).toBe(seconds * 1000);
      clock.advance(seconds * 1000 - 1);
      expect(await deliver(delivery)).toMatchObject({ count: 1 });
      clock.advance(1);
    }
    expect((await row()).last_error).toMatch(/^ESOCKET CONN|^ECONNECTION/);
    smtp = await openSmtp({ at: port });
    await deliver(delivery);
    await deliver(delivery);
    expect(smtp.received).toHaveLength(1);
    expect(await row()).toMatchObject({ attempts: 4, last_error: null });
  });

  it('waits while the server is too slow, which costs an attempt and no more', async () => {
    await queue();
    let release = (): void => undefined;
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    smtp.behave({ recipient: () => held });
    expect(await deliver(open({ timeout: 100 }))).toMatchObject({ count: 1 });
    release();
    smtp.behave({});
    clock.advance(hour);
    await deliver(open());
    expect(smtp.received).toHaveLength(1);
  });

  it.each([
    ['says nothing', ''],
    ['never comes to the end of its greeting', '220-wait\r\n'],
  ])('waits for a server that %s', async (_, word) => {
    await queue();
    const sockets: Socket[] = [];
    const timers: NodeJS.Timeout[] = [];
    const dripping = createServer((socket) => {
      socket.on('error', () => undefined);
      sockets.push(socket);
      timers.push(setInterval(() => socket.write(word), 20));
    }).listen(0, '127.0.0.1');
    await once(dripping, 'listening');
    const { port } = dripping.address() as { port: number };
    expect(await deliver(open({ timeout: 100 }, port))).toMatchObject({ count: 1 });
    for (const timer of timers) clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    dripping.close();
    clock.advance(hour);
    await deliver(open());
    expect(smtp.received).toHaveLength(1);
  });

  it.each([
    [
      '451 at the recipient',
      { recipient: refusal(451, '4.7.1 try <someone@example.com> later') },
      'EENVELOPE RCPT TO 451 4.7.1',
    ],
    ['421 at the content', { content: refusal(421, 'busy') }, 'EMESSAGE DATA 421'],
    ['550 at the sender', { sender: refusal(550, '5.1.8 not from you') }, 'EENVELOPE MAIL FROM 550 5.1.8'],
    [
      '554 where nothing is relayed for us',
      { recipient: refusal(554, '5.7.1 no relaying') },
      'EENVELOPE RCPT TO 554 5.7.1',
    ],
  ])('%s: is tried again', async (_, behaviour, error) => {
    await queue();
    smtp.behave(behaviour);
    const delivery = open();
    await deliver(delivery);
    expect(await row()).toMatchObject({ sent_at: null, attempts: 1, last_error: error });
    smtp.behave({});
    clock.advance(minute);
    await deliver(delivery);
    expect(smtp.received).toHaveLength(1);
  });

  it.each([
    [
      '550 at the recipient',
      { recipient: refusal(550, '5.1.1 no <someone@example.com> here') },
      'EENVELOPE RCPT TO 550 5.1.1',
    ],
    ['554 at the content', { content: refusal(554, '5.6.0 not like this') }, 'EMESSAGE DATA 554 5.6.0'],
  ])('%s: is given up, which is told', async (_, behaviour, reason) => {
    const userId = await queue();
    smtp.behave(behaviour);
    const delivery = open();
    expect(await deliver(delivery)).toMatchObject({ count: 0 });
    const detail = { template: 'password_changed', reason, attempts: 1 };
    expect(await auditRows(database)).toMatchObject([{ type: 'mail_given_up', user_id: userId, context: detail }]);
    smtp.behave({});
    clock.advance(hour);
    await deliver(delivery);
    expect(smtp.received).toEqual([]);
    expect(await row()).toMatchObject({ sent_at: null, next_attempt_at: null, sealed_secret: null });
  });

  it('is not sent once it is of no use any more, but given up', async () => {
    await queue({ lifetime: 10 * minute });
    smtp.behave({ recipient: refusal(451, 'later') });
    const delivery = open();
    await deliver(delivery);
    clock.advance(10 * minute);
    smtp.behave({});
    await deliver(delivery);
    expect(smtp.received).toEqual([]);
    expect(await auditRows(database)).toMatchObject([{ context: { reason: 'EENVELOPE RCPT TO 451', attempts: 2 } }]);
  });

  it('is given up after two days', async () => {
    await queue();
    smtp.behave({ recipient: refusal(451, 'later') });
    const delivery = open();
    for (let passed = 0; passed <= 48; passed += 1) {
      await deliver(delivery);
      clock.advance(hour);
    }
    expect(await auditRows(database)).toMatchObject([{ type: 'mail_given_up' }]);
  });

  it('to what could be more than an address is not sent', async () => {
    for (const recipient of [
      'a@b.example>\r\nBcc: <c@d.example',
      'a@b.example,c@d.example',
      'no address',
      '"a b"@c.example',
    ]) {
      await database.pool.query('TRUNCATE outgoing_mails');
      await queue();
      await database.pool.query('UPDATE outgoing_mails SET recipient = $1', [recipient]);
      await deliver(open());
      expect(await row()).toMatchObject({ sent_at: null, next_attempt_at: null, last_error: 'ADDRESS' });
    }
    expect(smtp.received).toEqual([]);
  });

  it('of a template that this release does not know is given up', async () => {
    await queue();
    await database.pool.query(`UPDATE outgoing_mails SET template = 'constructor'`);
    await deliver(open());
    expect(await row()).toMatchObject({ next_attempt_at: null, last_error: 'UNREADABLE' });
  });
});

describe('many processes', () => {
  it('send each of many mails once, however they race', async () => {
    for (let n = 0; n < 30; n += 1) await queue();
    await Promise.all(Array.from({ length: 20 }, () => deliver(open())));
    expect(smtp.received).toHaveLength(30);
    expect(new Set(smtp.received.map(({ messageId }) => messageId)).size).toBe(30);
  });

  it('a server that refuses every third command for a while loses no mail and gets none twice', async () => {
    for (let n = 0; n < 30; n += 1) await queue();
    let asked = 0;
    const sometimes = async () => {
      asked += 1;
      return asked % 3 === 0 ? { code: asked % 2 ? 451 : 421, text: 'busy' } : undefined;
    };
    smtp.behave({ sender: sometimes, recipient: sometimes, content: sometimes });
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 4 }, () => deliver(open())));
      clock.advance(hour);
    }
    smtp.behave({});
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 4 }, () => deliver(open())));
      clock.advance(hour);
    }
    expect(smtp.received).toHaveLength(30);
    expect(new Set(smtp.received.map(({ messageId }) => messageId)).size).toBe(30);
  });

  it('take over from one that died during an attempt, once nobody can be at it any more', async () => {
    await queue();
    const delivery = open();
    const lease = delivery.transport.longestAttempt + minute;
    await database.pool.query(`UPDATE outgoing_mails SET attempts = 1, next_attempt_at = $1`, [
      new Date(clock.now().getTime() + lease),
    ]);
    clock.advance(lease - 1);
    await deliver(delivery);
    expect(smtp.received).toEqual([]);
    clock.advance(1);
    await deliver(delivery);
    expect(smtp.received).toHaveLength(1);
  });

  it('release at the end what they could not finish', async () => {
    await queue();
    let begun = (): void => undefined;
    const atWork = new Promise<void>((resolve) => {
      begun = resolve;
    });
    smtp.behave({
      recipient: () => {
        begun();
        return new Promise(() => undefined);
      },
    });
    const delivery = createMailDelivery({ ...open(), grace: 0 });
    delivery.start();
    await atWork;
    await delivery.stop();
    expect(await row()).toMatchObject({ sent_at: null, next_attempt_at: clock.now() });
    smtp.behave({});
    await deliver(open());
    expect(smtp.received).toHaveLength(1);
  });

  it('send what was written in them at once', async () => {
    const options = open();
    const delivery = createMailDelivery(options);
    delivery.start();
    const taken = new Promise<void>((resolve) => {
      smtp.behave({
        content: async () => {
          resolve();
          return undefined;
        },
      });
    });
    await queue();
    options.wake.wake();
    await taken;
    await delivery.stop();
    expect(smtp.received).toHaveLength(1);
  });
});

describe('TLS', () => {
  const certificate = () => createSelfSigned('127.0.0.1', new Date());

  it.each([
    ['required', true],
    ['starttls', false],
  ] as const)('%s: the certificate is verified, and what it protects is not sent without', async (tls, secure) => {
    const { cert, key } = await certificate();
    const server = await openSmtp({ secure, cert, key });
    await queue();
    await deliver(open({ tls }, server.port));
    expect((await row()).last_error).toContain('SELF_SIGNED');
    clock.advance(minute);
    await deliver(open({ tls, ca: cert }, server.port));
    expect(server.received).toMatchObject([{ secure: true }]);
    await server.close();
  });

  it.each(['required', 'starttls'] as const)('%s: nothing goes to a server that has none', async (tls) => {
    await queue();
    await deliver(open({ tls, timeout: 500 }));
    expect(smtp.received).toEqual([]);
    expect(await row()).toMatchObject({ sent_at: null });
  });

  it('comes before the password, which is in no line of the log', async () => {
    const { cert, key } = await certificate();
    const seen: unknown[] = [];
    const server = await openSmtp({
      secure: true,
      cert,
      key,
      authOptional: false,
      onAuth({ username, password }, _session, done) {
        seen.push([username, password]);
        const isRight = password === 'of-the-mail-server';
        done(isRight ? null : new Error('no'), isRight ? { user: username } : undefined);
      },
    });
    await queue();
    const given = { tls: 'required', ca: cert, username: 'idp' } as const;
    const wrong = open({ ...given, password: new Secret('mistyped-secret') }, server.port);
    await deliver(wrong);
    expect((await row()).last_error).toBe('EAUTH AUTH PLAIN 535');
    clock.advance(minute);
    const right = open({ ...given, password: new Secret('of-the-mail-server') }, server.port);
    await deliver(right);
    expect(server.received).toHaveLength(1);
    expect(seen).toHaveLength(2);
    const log = [...wrong.logged, ...right.logged].join('\n');
    expect(log).not.toMatch(/mistyped-secret|of-the-mail-server/);
    expect(log).not.toContain('@example.com');
    await server.close();
  });
});

describe('what only the recipient may learn', () => {
  const secret = 'x7Kq-secret-of-a-link-9ZpQ';

  it('is neither in the table nor in the log, and is gone once the mail was sent', async () => {
    await queue({ secret });
    const delivery = open();
    const dump = JSON.stringify((await database.pool.query('SELECT m::text FROM outgoing_mails m')).rows);
    for (const spelling of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')]) {
      expect(dump).not.toContain(spelling);
    }
    expect((await row()).sealed_secret).not.toBeNull();
    await deliver(delivery);
    expect(smtp.received).toHaveLength(1);
    expect((await row()).sealed_secret).toBeNull();
    expect(delivery.logged.join('\n')).not.toContain(secret);
  });

  it('does not open in another mail’s row', async () => {
    await queue({ secret });
    await queue({ secret });
    await database.pool.query(
      'UPDATE outgoing_mails m SET sealed_secret = (SELECT sealed_secret FROM outgoing_mails o WHERE o.id <> m.id)',
    );
    await deliver(open());
    expect(smtp.received).toEqual([]);
  });
});
