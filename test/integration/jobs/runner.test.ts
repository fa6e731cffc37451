import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maintenanceJobs, shortJobs } from '../../../src/jobs/maintenance.js';
import { createJobRunner, type Job, runJob } from '../../../src/jobs/runner.js';
import { administer } from '../../support/administration.js';
import { openTestDatabase, quietLog, type TestDatabase } from '../../support/database.js';

const hour = 3_600_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const never = new AbortController().signal;

describe('the job runner', () => {
  /** A job that says when it is at work and ends when it is told to. */
  function heldJob(name: string) {
    let finish = (): void => undefined;
    let begun = (): void => undefined;
    const atWork = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let runs = 0;
    const job: Job = {
      name,
      run(signal) {
        runs += 1;
        begun();
        return new Promise((resolve) => {
          finish = resolve;
          signal.addEventListener('abort', () => resolve());
        });
      },
    };
    return { job, atWork, finish: () => finish(), runs: () => runs };
  }

  it('runs a job on one process at a time, and on another once that one is through', async () => {
    const held = heldJob('held');
    const { transactions } = database;
    const first = runJob(transactions, quietLog, held.job, never);
    await held.atWork;
    await Promise.all(Array.from({ length: 5 }, () => runJob(transactions, quietLog, held.job, never)));
    expect(held.runs()).toBe(1);
    held.finish();
    await first;
    let ranAgain = false;
    const again: Job = {
      name: 'held',
      run: async () => {
        ranAgain = true;
      },
    };
    await runJob(transactions, quietLog, again, never);
    expect(ranAgain).toBe(true);
  });

  it('stop() tells the running job, waits for it, and starts no other', async () => {
    const held = heldJob('stopped');
    const after = heldJob('after');
    const options = { transactions: database.transactions, log: quietLog, interval: hour, jitter: 0, chance: () => 0 };
    const runner = createJobRunner({ ...options, jobs: [held.job, after.job] });
    runner.start();
    await held.atWork;
    await runner.stop();
    expect([held.runs(), after.runs()]).toEqual([1, 0]);
  });

  it('goes on after a job that fails', async () => {
    const next = heldJob('next');
    const failing: Job = { name: 'failing', run: () => Promise.reject(new Error('no')) };
    const options = { transactions: database.transactions, log: quietLog, interval: hour, jitter: 0, chance: () => 0 };
    const runner = createJobRunner({ ...options, jobs: [failing, next.job] });
    runner.start();
    await next.atWork;
    await runner.stop();
    expect(next.runs()).toBe(1);
  });
});

describe('maintenance', () => {
  it('sweeps and rotates keys, and stops early when it is told to', async () => {
    const jobs = maintenanceJobs(administer(database));
    expect(jobs.map(({ name }) => name)).toEqual(['sweep', 'delete_users', 'rotate_keys']);
    database.statements();
    for (const job of jobs) await job.run(AbortSignal.abort());
    expect(database.statements()).toEqual(['list_signing_keys', 'list_encryption_keys']);
  });

  it('S8: what lives for minutes is swept each minute, and nothing else with it', async () => {
    const [job] = shortJobs(administer(database));
    database.statements();
    await job?.run(new AbortController().signal);
    expect(database.statements()).toEqual([
      'sweep_interactions',
      'sweep_used_assertions',
      'sweep_sign_in_failures',
      'sweep_email_codes',
      'sweep_federation_requests',
      'sweep_device_authorizations',
    ]);
  });
});
