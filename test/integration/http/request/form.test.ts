import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { serve } from '../../../../src/http/listener/server.js';
import { readForm, readQuery } from '../../../../src/http/request/form.js';
import { httpSettings, testApp } from '../../../support/http-app.js';

const formApp = () =>
  testApp((app) => {
    app.post('/form', async (req, res) => {
      const parameters = await readForm(req);
      res.json({ names: parameters.names, a: parameters.get('a') });
    });
    app.get('/query', (req, res) => {
      const parameters = readQuery(req);
      res.json({ a: parameters.get('a'), resource: parameters.all('resource') });
    });
  });

const form = 'application/x-www-form-urlencoded';
const post = (body: string, headers: Record<string, string>) =>
  request(formApp().app).post('/form').set(headers).send(body);

describe('form bodies (RFC 6749 Appendix B)', () => {
  it.each([[form], ['Application/X-WWW-Form-Urlencoded'], [`${form};charset=UTF-8`], [`${form}; charset="utf-8"`]])(
    'of type %s are read',
    async (type) => {
      const { body } = await post('a=%C3%A4+b&c=', { 'Content-Type': type });
      expect(body).toEqual({ names: ['a'], a: 'ä b' });
    },
  );

  it('may be absent', async () => {
    expect((await request(formApp().app).post('/form')).body).toEqual({ names: [] });
  });

  it.each([
    ['JSON', '{"a":1}', { 'Content-Type': 'application/json' }, 415],
    ['multipart', '--x', { 'Content-Type': 'multipart/form-data; boundary=x' }, 415],
    ['text', 'a=1', { 'Content-Type': 'text/plain' }, 415],
    ['a type that begins alike', 'a=1', { 'Content-Type': `${form}-more` }, 415],
    ['another charset', 'a=1', { 'Content-Type': `${form}; charset=utf-16` }, 415],
    ['a compressed form', 'a=1', { 'Content-Type': form, 'Content-Encoding': 'gzip' }, 415],
    ['a form above 64 KiB', `a=${'x'.repeat(65_535)}`, { 'Content-Type': form }, 413],
    ['a repeated parameter (RFC 6749 §3.1)', 'a=1&a=2', { 'Content-Type': form }, 400],
    ['a NUL', 'a=%00', { 'Content-Type': form }, 400],
  ])('%s is refused', async (_, text, headers, status) => {
    const answer = await post(text, headers as Record<string, string>);
    expect([answer.status, answer.body.error]).toEqual([status, 'invalid_request']);
  });

  it('of exactly 64 KiB are read', async () => {
    expect((await post(`a=${'x'.repeat(65_534)}`, { 'Content-Type': form })).status).toBe(200);
  });

  it('without a length are cut off at 64 KiB, and so is their connection', async () => {
    const { app, log } = formApp();
    const server = await serve({ app, http: httpSettings, port: 0, log });
    const socket = net.connect(server.port, '127.0.0.1').on('error', () => undefined);
    socket.write(`POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: ${form}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const endless = setInterval(() => socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`), 1);
    const [answer] = await once(socket, 'data');
    await once(socket, 'close');
    clearInterval(endless);
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
    await server.close();
  });

  it('that break off harm nobody', async () => {
    const { app, log, lines } = formApp();
    const server = await serve({ app, http: httpSettings, port: 0, log });
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write(`POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: ${form}\r\nContent-Length: 9\r\n\r\na=`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    while (!lines.some(({ status }) => status === 499)) await new Promise((resolve) => setImmediate(resolve));
    expect(lines.filter(({ level }) => level === 'ERROR')).toEqual([]);
    await server.close();
  });
});

describe('queries (RFC 6749 §3.1)', () => {
  it.each([
    ['', {}],
    ['?', {}],
    ['?a=1', { a: '1' }],
    ['?a=a%3Fb%26c', { a: 'a?b&c' }],
    ['?a=?', { a: '?' }],
    ['?resource=x&resource=y', { resource: ['x', 'y'] }],
    ['?a[b]=1', {}],
  ])('%s', async (query, expected) => {
    expect((await request(formApp().app).get(`/query${query}`)).body).toEqual({ resource: [], ...expected });
  });

  it('with a repeated parameter are refused', async () => {
    expect((await request(formApp().app).get('/query?a=1&a=2')).status).toBe(400);
  });
});
