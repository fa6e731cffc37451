import { describe, expect, it } from '@jest/globals';
import { createHealth } from '../../../../src/http/operations/health.js';
import { recordingLog } from '../../../support/http-app.js';

function setting(outcomes: (Error | undefined)[]) {
  let now = 0;
  let asked = 0;
  const { log, lines } = recordingLog();
  const database = async (): Promise<void> => {
    const outcome = outcomes[Math.min(asked, outcomes.length - 1)];
    asked += 1;
    if (outcome) throw outcome;
  };
  const health = createHealth({ checks: { database }, clock: { now: () => new Date(now) }, log, checkTimeout: 50 });
  return { health, lines, log, asked: () => asked, pass: (milliseconds: number) => (now += milliseconds) };
}

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });

describe('health', () => {
  it('is asked for at most once a second, however many ask at once', async () => {
    const { health, asked, pass } = setting([undefined]);
    await Promise.all(Array.from({ length: 50 }, () => health.readyz()));
    pass(1000);
    await health.readyz();
    expect(asked()).toBe(1);
    pass(1);
    await health.readyz();
    expect(asked()).toBe(2);
  });

  it('turns with the database, says why, and logs each turn once', async () => {
    const { health, pass, lines, log } = setting([undefined, refused, refused, undefined]);
    const answers = [];
    for (let round = 0; round < 4; round += 1) {
      answers.push(await health.readyz());
      pass(2000);
    }
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false, true]);
    expect(answers[1]?.checks).toEqual({ database: 'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:5432' });
    await log.flush();
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'INFO ready',
      'WARN not ready',
      'INFO ready',
    ]);
  });

  it('names the cause, and no password', async () => {
    const { health } = setting([new Error('no database at postgres://app:hunter2@db/x', { cause: refused })]);
    const { checks } = await health.readyz();
    expect(checks.database).toContain('ECONNREFUSED');
    expect(checks.database).not.toContain('hunter2');
  });

  it('R3: tells what goes wrong beside, and stays ready', async () => {
    const warnings = { writes: () => 'full at postgres://app:hunter2@db/x', others: () => undefined };
    const health = createHealth({ checks: {}, warnings, clock: { now: () => new Date(0) } });
    const { ok, warnings: told } = await health.readyz();
    expect([ok, Object.keys(told)]).toEqual([true, ['writes']]);
    expect(told.writes).not.toContain('hunter2');
  });

  it('does not wait for a check that hangs', async () => {
    const clock = { now: () => new Date(0) };
    const health = createHealth({ checks: { slow: () => new Promise(() => undefined) }, clock, checkTimeout: 10 });
    expect((await health.readyz()).checks).toEqual({ slow: 'no answer within 10 ms' });
  });

  it('survives a check that throws at once', async () => {
    const broken = (): Promise<void> => {
      throw refused;
    };
    const health = createHealth({ checks: { broken }, clock: { now: () => new Date(0) } });
    expect((await health.readyz()).ok).toBe(false);
  });

  it('is alive without the database, and while it drains, but not ready', async () => {
    const { health, asked } = setting([refused]);
    expect(health.livez()).toEqual({ ok: true });
    expect(asked()).toBe(0);
    const good = setting([undefined]).health;
    expect((await good.readyz()).ok).toBe(true);
    good.drain();
    expect(await good.readyz()).toMatchObject({ ok: false, checks: { serving: 'shutting down' } });
    expect(good.livez()).toEqual({ ok: true });
  });
});
