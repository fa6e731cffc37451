import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type ProcessRole, type Stack, startStack } from '../support/processes.js';
import { eventually } from '../support/program.js';

let database: EmptyDatabase;
let stack: Stack;
beforeAll(async () => {
  database = await createDatabase();
  const env = { NODE_OPTIONS: `--import=${pathToFileURL('test/support/loaded.mjs').href}` };
  stack = await startStack({ dsn: database.dsn, roles: ['authz', 'idp'], env });
});
afterAll(async () => {
  await stack.stop();
  await database.drop();
});

async function loadedBy(role: ProcessRole): Promise<readonly string[]> {
  const running = stack.process(role);
  running.child.kill('SIGUSR2');
  const listed = () => /^loaded (.*)\n/m.exec(running.output())?.[1] ?? '';
  return JSON.parse(await eventually(listed, (list) => list !== '', 'its list')) as string[];
}

// Before Node 21, which has `navigator`, pg looks for it elsewhere, and undici comes with that.
const undici = 'navigator' in globalThis ? ['internal/deps/undici/undici'] : [];

describe('a process that serves keeps in memory what it serves with (decision 0038)', () => {
  it.each(['authz', 'idp'] as const)('%s', async (role) => {
    const loaded = await loadedBy(role);
    const has = (part: string): boolean => loaded.some((name) => name.includes(part));
    expect(['express/', 'pg/', 'winston/'].every(has)).toBe(true);
    expect(['typeorm/', 'yargs/', '@peculiar/x509', 'nodemailer/', ...undici].filter(has)).toEqual([]);
  });
});
