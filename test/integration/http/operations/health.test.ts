import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { createHealth, publicHealth } from '../../../../src/http/operations/health.js';
import { testApp } from '../../../support/http-app.js';

function healthApp(body: Record<string, string>, level: 'DEBUG' | 'INFO' = 'INFO') {
  const state = { down: false, now: 0 };
  const database = async (): Promise<void> => {
    if (state.down) throw new Error('connect ECONNREFUSED 10.0.0.5:5432');
  };
  const health = createHealth({ checks: { database }, clock: { now: () => new Date(state.now) } });
  const built = testApp((app) => {
    app.get('/health', publicHealth(health, body));
  });
  built.log.level = level;
  return { ...built, health, state };
}

describe('public health', () => {
  it.each([
    [{ status: 'ok', service: 'authz' }, '{"status":"ok","service":"authz"}'],
    [{ status: 'ok' }, '{"status":"ok"}'],
  ])('answers exactly %j', async (body, text) => {
    const answer = await request(healthApp(body).app).get('/health');
    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([200, text, 'no-store']);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  it('is 503 with another status while the database is away, tells nothing more, and comes back', async () => {
    const { app, state } = healthApp({ status: 'ok', service: 'idp' });
    state.down = true;
    const down = await request(app).get('/health');
    expect([down.status, down.text]).toEqual([503, '{"status":"unavailable","service":"idp"}']);
    state.down = false;
    state.now = 1001;
    expect((await request(app).get('/health')).status).toBe(200);
  });

  it('is 503 while the process drains', async () => {
    const { app, health } = healthApp({ status: 'ok' });
    health.drain();
    expect((await request(app).get('/health')).status).toBe(503);
  });

  it('costs a log line only when it is bad', async () => {
    const { app, log, lines, state } = healthApp({ status: 'ok' });
    await request(app).get('/health');
    state.down = true;
    state.now = 2000;
    await request(app).get('/health');
    await log.flush();
    expect(lines.filter(({ message }) => message === 'http request').map(({ status }) => status)).toEqual([503]);
  });
});
