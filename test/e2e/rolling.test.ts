import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';
import { postForm } from '../support/sign-in.js';

const demo = { id: 'demo-client', secret: 'demo-secret' };

let database: EmptyDatabase;
const stacks: Stack[] = [];
beforeAll(async () => {
  database = await createDatabase({ empty: true });
}, 30_000);
afterAll(async () => {
  await Promise.all(stacks.map((stack) => stack.stop()));
  await database.drop();
});

async function start(...args: [Parameters<typeof startStack>[0]]): Promise<Stack> {
  const stack = await startStack(...args);
  stacks.push(stack);
  return stack;
}

/** What stands before replicas: asks each for its health and sends requests round to those that are well. */
async function startBalancer(origins: () => readonly string[]) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const well = new Set<string>();
  let asking = true;
  const watch = (async () => {
    while (asking) {
      await Promise.all(
        origins().map(async (origin) => {
          const answer = await fetch(`${origin}/health`).catch(() => undefined);
          await answer?.body?.cancel();
          if (answer?.status === 200) well.add(origin);
          else well.delete(origin);
        }),
      );
      await pause(50);
    }
  })();
  let turn = 0;
  const server = http.createServer((req, res) => {
    const able = origins().filter((origin) => well.has(origin));
    const origin = able[turn++ % Math.max(1, able.length)];
    if (!origin) return void res.writeHead(502).end();
    const onward = http.request(new URL(req.url ?? '/', origin), { method: req.method, headers: req.headers, agent });
    onward.on('response', (answer) => answer.pipe(res.writeHead(answer.statusCode ?? 502, answer.headers)));
    onward.on('error', () => res.writeHead(502).end());
    req.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    well,
    async stop() {
      asking = false;
      await watch;
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function until(what: string, holds: () => boolean, seconds = 30): Promise<void> {
  for (let attempt = 0; attempt < seconds * 20; attempt++) {
    if (holds()) return;
    await pause(50);
  }
  throw new Error(`${what} did not come true within ${seconds} s`);
}

/** Keeps asking from several sides until it is told to stop. */
function keepAsking(ask: () => Promise<string>) {
  const outcomes = new Map<string, number>();
  let going = true;
  const workers = Array.from({ length: 6 }, async () => {
    while (going) {
      const outcome = await ask().catch((error: Error) => `failed: ${error.message}`);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  });
  return {
    outcomes,
    async stop() {
      going = false;
      await Promise.all(workers);
    },
  };
}

describe('rolling update', () => {
  it('of two replicas behind a balancer fails no request', async () => {
    const replica = () =>
      start({
        dsn: database.dsn,
        roles: ['authz'],
        edit: (yaml) => yaml.replace('shutdown_timeout: 10s', 'shutdown_timeout: 10s\n  drain_delay: 500ms'),
      });
    const replicas = await Promise.all([replica(), replica()]);
    const balancer = await startBalancer(() => replicas.map(({ urls }) => urls.authz));
    await until('both replicas', () => balancer.well.size === 2);
    const request = { grant_type: 'client_credentials', scope: 'read:resource' };
    const load = keepAsking(async () =>
      String((await postForm(`${balancer.origin}/oauth2/v1/token`, request, demo)).status),
    );

    for (const { process: of, urls, restart } of replicas) {
      expect(await of('authz').end('SIGTERM')).toBe(0);
      await until('one replica', () => !balancer.well.has(urls.authz));
      await restart('authz');
      await until('both replicas', () => balancer.well.size === 2);
    }
    await load.stop();
    await balancer.stop();
    expect([...load.outcomes.keys()]).toEqual(['200']);
    expect(load.outcomes.get('200')).toBeGreaterThan(100);
  }, 60_000);
});

describe('key rotation', () => {
  it('fails no verification under load, and ends with tokens of the next key', async () => {
    const stack = await start({
      dsn: database.dsn,
      roles: ['authz', 'rs'],
      edit: (yaml) => yaml.replace(/^resources:/m, 'signing_keys: { publish_lead: 8s }\nresources:'),
    });
    const kids = new Set<string>();
    const request = { grant_type: 'client_credentials', scope: 'read:resource' };
    const load = keepAsking(async () => {
      const { body } = await postForm(`${stack.urls.authz}/oauth2/v1/token`, request, demo);
      const token = String(body.access_token);
      kids.add(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid);
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${stack.urls.rs}/api/v1/protected/resource`, { headers });
      await answer.body?.cancel();
      return String(answer.status);
    });
    await until('load', () => (load.outcomes.get('200') ?? 0) > 20);
    const args = ['dist/src/main.js', 'keys', 'rotate', `--config=${stack.configFile}`];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/ES256\t\S+\tpublished, signs from/);
    await until('the next key', () => kids.size === 2);
    await pause(500);
    await load.stop();
    expect([...load.outcomes.keys()]).toEqual(['200']);
  }, 60_000);
});
