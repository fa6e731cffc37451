import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/storage/connection/embedded-postgres.js';
import { freeze } from '../support/freeze.js';
import { freePort } from '../support/ports.js';
import { type Stack, startStack } from '../support/processes.js';
import { postForm, redeem, type SignIn, signIn } from '../support/sign-in.js';

/** Durable, unlike the one of other tests: what is acknowledged has to be there after a crash. */
let folder: string;
let postgres: EmbeddedPostgres;
let stack: Stack;
const demo = { id: 'demo-client', secret: 'demo-secret' };

const portOf = (dsn: string) => Number(new URL(dsn).port);
const startDurable = (port: number) => startEmbeddedPostgres(join(folder, 'postgres'), { max_connections: 60, port });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-failures-'));
  postgres = await startDurable(await freePort());
  stack = await startStack({
    dsn: postgres.dsn,
    roles: ['authz', 'idp'],
    edit: (yaml) =>
      yaml
        .replace('token_endpoint_auth_method: client_secret_basic', '$&\n    access_token_format: opaque')
        .replace('max_open_conns: 16', '$&\n  query_timeout: 1s\n  connect_timeout: 1s'),
  });
}, 90_000);
afterAll(async () => {
  await stack.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(postgres.folder, { recursive: true, force: true });
}, 30_000);

const loads = new Set<{ stop(): Promise<void> }>();

// A test that fails half-way must not leave its callers behind: the run would not end.
afterEach(async () => {
  await Promise.all([...loads].map((load) => load.stop()));
  loads.clear();
});

/** Asks for opaque tokens from several sides at once, and remembers each that was acknowledged. */
function startLoad() {
  const acknowledged: string[] = [];
  const statuses = new Map<string, number>();
  const note = (what: string) => void statuses.set(what, (statuses.get(what) ?? 0) + 1);
  let going = true;
  const worker = async () => {
    while (going) {
      const request = { grant_type: 'client_credentials', scope: 'read:resource' };
      const answer = await postForm(`${stack.urls.authz}/oauth2/v1/token`, request, demo).catch(() => undefined);
      note(String(answer?.status ?? 'no answer'));
      if (answer?.status === 200) acknowledged.push(String(answer.body.access_token));
      else await pause(20);
    }
  };
  const workers = Array.from({ length: 8 }, worker);
  const load = {
    acknowledged,
    statuses,
    stop: async () => {
      going = false;
      await Promise.all(workers);
    },
  };
  loads.add(load);
  return load;
}

async function eventually(what: string, holds: () => Promise<boolean> | boolean, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (await holds()) return;
    await pause(100);
  }
  throw new Error(`${what} did not come true within ${seconds} s\n${stack.output().slice(-3000)}`);
}

const health = async () => (await fetch(`${stack.urls.authz}/health`).catch(() => undefined))?.status;

const active = async (token: string) => {
  const { body } = await postForm(`${stack.urls.authz}/oauth2/v1/introspect`, { token }, demo);
  return body.active === true;
};

async function lost(tokens: readonly string[]): Promise<number> {
  let missing = 0;
  for (const token of tokens) if (!(await active(token))) missing += 1;
  return missing;
}

const newSignIn = (): Promise<SignIn> =>
  signIn({
    issuer: stack.urls.authz,
    clientId: demo.id,
    redirectUri: `http://127.0.0.1:${stack.relyingPartyPort}/callback`,
    scope: 'openid offline_access',
  });

const refresh = (token: unknown) =>
  postForm(`${stack.urls.authz}/oauth2/v1/token`, { grant_type: 'refresh_token', refresh_token: String(token) }, demo);

describe('PostgreSQL is killed under load', () => {
  it('turns readiness, ends no process, loses nothing acknowledged, and service resumes by itself', async () => {
    const used = await newSignIn();
    expect((await redeem(stack.urls.authz, used, demo)).status).toBe(200);
    const load = startLoad();
    await eventually('load', () => load.acknowledged.length > 50);

    const port = portOf(postgres.dsn);
    // Immediate: no checkpoint, no goodbye; the next start recovers from the log, as after a crash.
    process.kill(postgres.pid, 'SIGQUIT');
    await eventually('unreadiness', async () => (await health()) === 503);
    await eventually('refusals with 503', () => (load.statuses.get('503') ?? 0) > 0);
    for (let attempt = 0; ; attempt++) {
      try {
        postgres = await startDurable(port);
        break;
      } catch (error) {
        // Its children notice the death of their parent within moments; until then the port is theirs.
        if (attempt > 50) throw error;
        await pause(200);
      }
    }
    await eventually('readiness', async () => (await health()) === 200);
    const before = load.acknowledged.length;
    await eventually('service', () => load.acknowledged.length > before + 50);
    await load.stop();

    expect(stack.processes.map(({ child }) => child.exitCode)).toEqual([null, null]);
    expect([...load.statuses.keys()].filter((status) => !['200', '503', 'no answer'].includes(status))).toEqual([]);
    expect(await lost(load.acknowledged)).toBe(0);
    expect((await redeem(stack.urls.authz, used, demo)).body.error).toBe('invalid_grant');
  }, 120_000);
});

describe('PostgreSQL is stopped under load', () => {
  it('R5: requests are answered with 503 and Retry-After within our time-outs, and service resumes by itself', async () => {
    const load = startLoad();
    await eventually('load', () => load.acknowledged.length > 50);
    const goOn = await freeze(postgres);
    const written = () => stack.process('authz').output();
    const before = written().length;
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const begun = performance.now();
        const { status, headers } = await fetch(`${stack.urls.authz}/oauth2/v1/introspect`, {
          method: 'POST',
          headers: { authorization: `Basic ${Buffer.from('demo-client:demo-secret').toString('base64')}` },
          body: new URLSearchParams({ token: 'x' }),
        });
        return { status, retryAfter: headers.get('retry-after'), late: performance.now() - begun };
      }),
    );
    goOn();
    expect(answers.map(({ status, retryAfter }) => [status, retryAfter])).toEqual(Array(8).fill([503, '1']));
    expect(Math.max(...answers.map(({ late }) => late))).toBeLessThan(8_000);
    // Each process writes to a text of its own: in the joined one the new lines would not be at the end. The answer may be here
    // before the line is.
    await eventually('the reason in the log', () => /database\.(query|connect)_timeout/.test(written().slice(before)));
    const acknowledged = load.acknowledged.length;
    await eventually('service', () => load.acknowledged.length > acknowledged + 20);
    await load.stop();
    expect([...load.statuses.keys()].filter((status) => !['200', '503'].includes(status))).toEqual([]);
    expect(await lost(load.acknowledged)).toBe(0);
  }, 60_000);
});

describe('a role is killed under load', () => {
  it.each(['authz', 'idp'] as const)(
    '%s: nothing acknowledged is lost, nothing used works twice',
    async (role) => {
      const signedIn = await newSignIn();
      const first = await redeem(stack.urls.authz, signedIn, demo);
      const second = await refresh(first.body.refresh_token);
      expect([first.status, second.status]).toEqual([200, 200]);
      const third = await refresh(second.body.refresh_token);
      expect(third.status).toBe(200);
      const load = startLoad();
      await eventually('load', () => load.acknowledged.length > 50);

      expect(await stack.process(role).end('SIGKILL')).toBe('SIGKILL');
      await stack.restart(role);
      const before = load.acknowledged.length;
      await eventually('service', () => load.acknowledged.length > before + 20);
      await load.stop();

      expect(await lost(load.acknowledged)).toBe(0);
      expect((await redeem(stack.urls.authz, signedIn, demo)).body.error).toBe('invalid_grant');
      expect((await refresh(third.body.refresh_token)).body.error).toBe('invalid_grant');
    },
    90_000,
  );
});

describe('overload', () => {
  it('is answered with 429 or 503 and Retry-After, within the memory limit of the container', async () => {
    const statuses = new Map<number, number>();
    let withoutRetryAfter = 0;
    const ask = async () => {
      const response = await fetch(`${stack.urls.authz}/oauth2/v1/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('demo-client:demo-secret').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read:resource' }),
      });
      await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (response.status !== 200 && response.headers.get('retry-after') === null) withoutRetryAfter += 1;
    };
    await Promise.all(Array.from({ length: 4_000 }, () => ask().catch(() => undefined)));
    expect([...statuses.keys()].filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
    expect(statuses.get(200)).toBeGreaterThan(0);
    expect(withoutRetryAfter).toBe(0);
    const { pid } = stack.process('authz').child;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'VmRSS: 0 kB');
    expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toBeLessThan(256);
    await eventually('service', async () => (await health()) === 200);
  }, 60_000);
});
