import { expect, it } from '@jest/globals';
import { createWriteHealth } from '../../../../src/storage/connection/write-health.js';

const full = Object.assign(new Error('could not extend file "base/5/1259": No space left on device'), {
  code: '53100',
});
const readOnly = Object.assign(new Error('cannot execute INSERT in a read-only transaction'), { code: '25006' });

function setting() {
  let now = 0;
  const health = createWriteHealth({ now: () => new Date(now) });
  return { health, pass: (milliseconds: number) => (now += milliseconds) };
}

it.each([
  ['full', full, 'make room on PostgreSQL'],
  ['read only', readOnly, 'point database.dsn at the primary'],
])('R3: a database that is %s is a problem with its remedy', (_, error, remedy) => {
  const { health } = setting();
  expect(health.problem()).toBeUndefined();
  health.note(error);
  expect(health.problem()).toContain(error.message);
  expect(health.problem()).toContain(remedy);
});

it('R3: it is over when a write went well and none has failed for a minute', () => {
  const { health, pass } = setting();
  health.note(full);
  pass(30_000);
  health.note(full);
  health.note();
  pass(59_999);
  expect(health.problem()).toContain('since 1970-01-01T00:00:00.000Z');
  pass(1);
  expect(health.problem()).toBeUndefined();
});

it('R3: time alone does not make room', () => {
  const { health, pass } = setting();
  health.note(full);
  pass(3_600_000);
  expect(health.problem()).toContain('No space left');
});

it.each(['40001', '23505', '57014', undefined])('an error of another kind (%s) is none', (code) => {
  const { health } = setting();
  health.note(Object.assign(new Error('other'), { code }));
  expect(health.problem()).toBeUndefined();
});
