/** A mail server that is away, refuses and comes back, beside a process that serves: nothing is lost, sent twice or told. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Browser, formsOf } from '../support/browser.js';
import { type Collector, startCollector } from '../support/collector.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { dump } from '../support/dump.js';
import { type Stack, startStack } from '../support/processes.js';
import { eventually } from '../support/program.js';
import { openSmtp, partsOf, type TestSmtp } from '../support/smtp.js';

let database: EmptyDatabase;
let stack: Stack;
let smtp: TestSmtp;
let collector: Collector;

beforeAll(async () => {
  [database, collector, smtp] = await Promise.all([createDatabase({ empty: true }), startCollector(), openSmtp()]);
  const telemetry = `telemetry: { enabled: true, otlp_endpoint: "http://127.0.0.1:${collector.port}" }`;
  stack = await startStack({
    dsn: database.dsn,
    roles: ['all'],
    env: {
      LOG_LEVEL: 'TRACE',
      IDENTITY_MAIL_SMTP_HOST: '127.0.0.1',
      IDENTITY_MAIL_SMTP_PORT: String(smtp.port),
      IDENTITY_MAIL_SMTP_TLS: 'none',
      IDENTITY_MAIL_FROM: 'identity@example.org',
      IDENTITY_JOBS_SHORT_INTERVAL: '1s',
    },
    edit: (yaml) => yaml.replace(/telemetry:\n {2}enabled: false/, telemetry),
  });
}, 60_000);
afterAll(async () => {
  await stack.stop();
  await smtp.close();
  await new Promise((resolve) => collector.server.close(resolve));
  await database.drop();
});

async function query<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client(database.dsn);
  await client.connect();
  return (await client.query<Row>(text).finally(() => client.end())).rows;
}

interface Outgoing {
  readonly attempts: number;
  readonly sent_at: Date | null;
  readonly last_error: string | null;
}

const outgoing = () => query<Outgoing>('SELECT attempts, sent_at, last_error FROM outgoing_mails ORDER BY created_at');

/** The next attempt is due now, and not after the pause that it would wait for. */
const hurry = () => query('UPDATE outgoing_mails SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL');

const path = '/oidc/v1/password/forgotten';
const post = (browser: Browser, url: string, form: Record<string, string>) =>
  browser.post(url, form, { origin: stack.urls.idp });

describe('a link for a new password', () => {
  it('waits for the server, arrives once, and is readable nowhere but in the mail', async () => {
    await smtp.close();
    const browser = new Browser(stack.urls.idp);
    expect((await post(browser, path, { identifier: 'demo' })).status).toBe(200);
    await eventually(outgoing, ([mail]) => (mail?.attempts ?? 0) > 0 && mail?.last_error !== null, 'a failed attempt');
    const waiting = await dump(database.dsn);

    smtp = await openSmtp({ at: smtp.port });
    smtp.behave({ recipient: async () => ({ code: 451, text: '4.7.1 later' }) });
    await hurry();
    await eventually(outgoing, ([mail]) => mail?.last_error?.includes('451') === true, 'an attempt that is refused');
    smtp.behave({});
    await hurry();
    await eventually(outgoing, ([mail]) => mail?.sent_at !== null, 'the mail');
    expect(smtp.received).toHaveLength(1);

    const [text = ''] = partsOf(smtp.received[0]?.raw ?? '');
    const link = new URL(/http\S+\/password\/reset\/\S+/.exec(text)?.[0] ?? '');
    const secret = link.pathname.split('/').at(-1) ?? '';
    expect(secret).toHaveLength(43);
    const [form] = formsOf((await browser.get(link.href)).text);
    const chosen = 'four words in a line';
    expect((await post(browser, link.href, { ...form?.fields, password: chosen })).status).toBe(200);
    await eventually(
      () => smtp.received.length,
      (count) => count === 2,
      'the notice that the password was changed',
    );

    await stack.process('all').end('SIGTERM');
    const places = { waiting, afterwards: await dump(database.dsn), log: stack.output(), spans: collector.text() };
    for (const [place, content] of Object.entries(places)) {
      expect(content.length).toBeGreaterThan(1_000);
      for (const spelling of [secret, Buffer.from(secret, 'base64url').toString('latin1'), chosen])
        expect([place, content.includes(spelling)]).toEqual([place, false]);
    }
    expect(new Set(smtp.received.map(({ messageId }) => messageId)).size).toBe(2);
    expect((await outgoing()).every(({ sent_at }) => sent_at !== null)).toBe(true);
  }, 60_000);
});
