/** What people notice while a stranger at another address tries to keep them out; `npm run bench:flood` has the figures. */
import http from 'node:http';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';

const stranger = '127.0.0.1';
const people = '127.0.0.2';

let database: EmptyDatabase;
let stack: Stack;
const held = new Set<net.Socket>();

beforeAll(async () => {
  database = await createDatabase();
  stack = await startStack({ dsn: database.dsn, roles: ['authz'] });
}, 60_000);
afterAll(async () => {
  await stack.stop();
  await database.drop();
}, 30_000);
afterEach(() => {
  for (const socket of held) socket.destroy();
  held.clear();
});

/** Opens so many connections and sends each its first words; resolves when all of them have been accepted or cut. */
async function hold(count: number, words: string): Promise<void> {
  const port = Number(new URL(stack.urls.authz).port);
  const connect = () =>
    new Promise<void>((resolve) => {
      const socket = net.connect({ port, host: '127.0.0.1', localAddress: stranger });
      held.add(socket);
      socket.on('data', () => undefined).on('error', () => resolve());
      socket.on('connect', () => (words ? socket.write(words, () => resolve()) : resolve()));
    });
  await Promise.all(Array.from({ length: count }, connect));
}

/** A request over a new connection from where people are. */
function ask(path: string, options: http.RequestOptions = {}, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, stack.urls.authz);
    const req = http.request(url, { localAddress: people, agent: false, ...options }, (res) => {
      res.resume().on('end', () => resolve(res.statusCode ?? 0));
    });
    req.on('error', reject).end(body);
  });
}

const token = () =>
  ask(
    '/oauth2/v1/token',
    {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from('demo-client:demo-secret').toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    },
    'grant_type=client_credentials&scope=read:resource',
  );

const halfForm =
  'POST /oauth2/v1/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=';

describe('S1: one address cannot keep others out', () => {
  it.each([
    ['512 half-sent forms', 512, halfForm],
    ['2,048 silent connections', 2_048, ''],
    ['2,048 half heads', 2_048, 'GET / HTTP/1.1\r\nHost'],
    ['2,048 kept-alive connections that are not used', 2_048, 'GET /oauth2/v1/jwks HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])(
    'by %s',
    async (_, count, words) => {
      await hold(count, words);
      const answers = [];
      for (let round = 0; round < 10; round += 1) {
        answers.push(await ask('/health'), await ask('/.well-known/openid-configuration'), await token());
      }
      expect(answers.filter((status) => status !== 200)).toEqual([]);
    },
    60_000,
  );
});
