import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type CorsPolicy, cors } from '../../../../src/http/browser/cors.js';
import { testApp } from '../../../support/http-app.js';

const app = (policy: CorsPolicy) =>
  testApp((app) => {
    app.use('/api', cors(policy));
    app.get('/api', (_req, res) => {
      res.json({});
    });
  }).app;

const spa = 'http://127.0.0.1:8083';
const listed: CorsPolicy = {
  origins: [spa],
  methods: ['GET', 'POST'],
  headers: ['Authorization'],
  exposed: ['WWW-Authenticate'],
};
const open: CorsPolicy = { origins: '*', methods: ['GET'] };

const preflight = (policy: CorsPolicy, origin: string) =>
  request(app(policy)).options('/api').set('Origin', origin).set('Access-Control-Request-Method', 'POST');

describe('CORS', () => {
  it('lets a listed origin read, and says what it may send and see', async () => {
    const { headers, status } = await preflight(listed, spa);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': spa,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'Authorization',
      vary: 'Origin',
    });
    const answer = await request(app(listed)).get('/api').set('Origin', spa);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': spa,
      'access-control-expose-headers': 'WWW-Authenticate',
      vary: 'Origin',
    });
  });

  it.each([
    'https://evil.example',
    'null',
    'http://127.0.0.1:8083.evil.example',
    'http://127.0.0.1:80831',
    'https://127.0.0.1:8083',
    'HTTP://127.0.0.1:8083',
    'http://127.0.0.1:8083/',
  ])('grants %s nothing', async (origin) => {
    for (const { headers } of [
      await preflight(listed, origin),
      await request(app(listed)).get('/api').set('Origin', origin),
    ]) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(headers.vary).toBe('Origin');
    }
  });

  it('varies by origin even where none is sent, or caches would mix answers up', async () => {
    expect((await request(app(listed)).get('/api')).headers.vary).toBe('Origin');
  });

  it.each([
    ['a listed origin', listed, spa],
    ['everybody', open, 'https://any.example'],
  ])('never allows credentials: %s', async (_, policy, origin) => {
    for (const { headers } of [
      await preflight(policy, origin),
      await request(app(policy)).get('/api').set('Origin', origin),
    ]) {
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(headers['access-control-allow-origin']).toBe(policy.origins === '*' ? '*' : origin);
    }
  });
});
