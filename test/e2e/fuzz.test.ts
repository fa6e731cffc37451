/** Every address of a real process, asked all kinds of nonsense; `npm run fuzz` asks more of it. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EndpointName, endpoints } from '../../src/protocol/endpoints.js';
import { askAdmin } from '../support/admin-request.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { faultsOf } from '../support/fuzz/faults.js';
import { requests } from '../support/fuzz/requests.js';
import { type Target, targets } from '../support/fuzz/seeds.js';
import { send } from '../support/fuzz/wire.js';
import { type Stack, startStack } from '../support/processes.js';

const perAddress = Number(process.env.FUZZ_REQUESTS ?? 80);
const seed = Number(process.env.FUZZ_SEED ?? 20_261_124);

/** How far a process may grow while it is asked nonsense: in series, and in KiB. */
const bounds = { series: 1_500, memory: 256 * 1024 };

const roomForAll = `
limits:
  interactions_per_address: { burst: 1000000, per_second: 10000 }
  interactions: { burst: 1000000, per_second: 10000 }
  pushed_requests_per_client: { burst: 1000000, per_second: 10000 }
  fetched_requests_per_address: { burst: 1000000, per_second: 10000 }
`;

let database: EmptyDatabase;
let stack: Stack;
let known: ReadonlyMap<string, Target>;
let before: { series: number; memory: number };

async function measure() {
  const { body } = await askAdmin(stack.process('all').adminPort, '/metrics');
  const series = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(stack.process('all').child.pid)]);
  return { series: series.length, memory: Number(stdout) };
}

/** Pages of somebody who is signed in, which nonsense elsewhere may have ended. */
const needsPerson = (name: string): boolean => /^(account|confirm|consent|login|interaction)/.test(name);

const learn = async (): Promise<void> => {
  known = new Map((await targets(stack)).map((target) => [target.name, target]));
};

async function ask(name: string, count: number): Promise<void> {
  if (needsPerson(name)) await learn();
  const target = known.get(name);
  if (!target) throw new Error(`nobody knows how to ask ${name}`);
  const property = fc.asyncProperty(requests(target.seeds), async (request) => {
    expect(faultsOf(name, request, await send(target.origin, request))).toEqual([]);
  });
  await fc.assert(property, { seed, numRuns: count });
}

beforeAll(async () => {
  database = await createDatabase();
  stack = await startStack({
    dsn: database.dsn,
    env: { IDENTITY_ADMIN_PROMETHEUS: 'true' },
    edit: (yaml) => yaml + roomForAll,
  });
  await learn();
  for (const name of known.keys()) await ask(name, 5);
  before = await measure();
}, 120_000);
afterAll(async () => {
  await stack.stop();
  await database.drop();
}, 30_000);

const elsewhere = ['resource', 'rs', 'spa-rp', 'mailbox', 'authz elsewhere'] as const;

describe(`I10: nonsense is answered, seed ${seed}`, () => {
  it.each<EndpointName | (typeof elsewhere)[number]>([...(Object.keys(endpoints) as EndpointName[]), ...elsewhere])(
    '%s',
    (name) => ask(name, perAddress),
    60_000 + perAddress * 100,
  );

  it('leaves the process well: no error in its log, and little growth', async () => {
    const after = await measure();
    const errors = stack
      .output()
      .split('\n')
      .filter((line) => /"level":"error"/i.test(line));
    expect(errors).toEqual([]);
    expect(before.series).toBeGreaterThan(10);
    expect(after.series - before.series).toBeLessThan(bounds.series);
    expect(after.memory - before.memory).toBeLessThan(bounds.memory);
    for (const url of [stack.urls.authz, stack.urls.idp]) expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});
