import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createPasswordCheck } from '../../../src/passwords/password-check.js';
import { createLog } from '../../../src/telemetry/log/logger.js';
import { movableClock } from '../../support/clock.js';
import { configuration } from '../../support/configuration.js';
import { listen } from '../../support/listen.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** SHA-1 95D17…: of `four words in a line`. */
const password = 'four words in a line';

/** A check that asks a range service of the test's own. */
async function checkAgainst(answer: RequestListener) {
  const { server, origin } = await listen();
  const asked: { readonly url: string; readonly headers: NodeJS.Dict<string | string[]> }[] = [];
  server.on('request', (req, res) => {
    asked.push({ url: req.url ?? '', headers: req.headers });
    answer(req, res);
  });
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const clock = movableClock();
  const logged: string[] = [];
  const log = createLog({ level: 'TRACE', format: 'json', sink: (line) => void logged.push(line), clock });
  const rule = { ...configuration.password, breachCheck: { enabled: true, url: `${origin}/range/` } };
  const outbound = { ...configuration.outbound, timeout: 300 };
  const check = createPasswordCheck({ ...configuration, password: rule, outbound }, { clock, log });
  closing.push(check.close);
  return { check, asked, clock, logged };
}

const digest = async (text: string): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-1', Buffer.from(text)))
    .toString('hex')
    .toUpperCase();

describe('passwords from breaches', () => {
  it('one that is found is refused; five digits of its hash leave, and nothing else of it', async () => {
    const sha1 = await digest(password);
    const { check, asked, logged } = await checkAgainst((_req, res) => res.end(`${sha1.slice(5)}:12\r\n`));
    expect(await check.problem(password, [])).toBe('breached');
    expect(asked.map(({ url }) => url)).toEqual([`/range/${sha1.slice(0, 5)}`]);
    expect(asked[0]?.headers['add-padding']).toBe('true');
    expect(JSON.stringify([asked, logged])).not.toContain(sha1.slice(5));
  });

  it('one that is not found, or only as padding, is taken', async () => {
    const sha1 = await digest(password);
    const { check } = await checkAgainst((_req, res) => res.end(`${sha1.slice(5)}:0\r\n${'0'.repeat(35)}:4`));
    expect(await check.problem(password, [])).toBeUndefined();
  });

  it('one that is wrong anyway is not asked for', async () => {
    const { check, asked } = await checkAgainst((_req, res) => res.end());
    expect(await check.problem('short', [])).toBe('short');
    expect(asked).toEqual([]);
  });

  it.each<[string, RequestListener]>([
    ['fails', (_req, res) => res.writeHead(503).end()],
    ['does not answer', () => undefined],
    ['closes the connection', (req) => req.socket.destroy()],
    ['answers without end', (_req, res) => res.end('A'.repeat(100_000))],
  ])('a service that %s keeps nobody out, and is asked again after a minute', async (_, answer) => {
    const { check, asked, clock, logged } = await checkAgainst(answer);
    expect(await check.problem(password, [])).toBeUndefined();
    expect(await check.problem(password, [])).toBeUndefined();
    expect(asked).toHaveLength(1);
    expect(logged.filter((line) => line.includes('breaches cannot be asked for'))).toHaveLength(1);
    clock.advance(60_000);
    expect(await check.problem(password, [])).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('nobody is asked unless it is configured', async () => {
    const { asked } = await checkAgainst((_req, res) => res.end());
    const log = createLog({ level: 'ERROR', format: 'json', sink: () => undefined });
    const check = createPasswordCheck(configuration, { clock: movableClock(), log });
    expect(await check.problem(password, [])).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('common passwords and names (NIST SP 800-63B-4 §3.1.1.2)', () => {
  it.each([
    ['one of the list', '1qaz2wsx3edc4rfv', 'common'],
    ['one of the list with digits behind it', 'liverpool123456789', 'common'],
    ['the product', 'test identity 2026', 'context'],
    ['the address', 'ann@example.com', 'context'],
  ])('%s is refused', async (_, chosen, problem) => {
    const log = createLog({ level: 'ERROR', format: 'json', sink: () => undefined });
    const check = createPasswordCheck(configuration, { clock: movableClock(), log });
    expect(await check.problem(chosen, ['ann', 'ann@example.com'])).toBe(problem);
  });
});
