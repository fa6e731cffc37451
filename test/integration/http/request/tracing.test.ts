import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import request from 'supertest';
import { createOutbound } from '../../../../src/http/outbound/client.js';
import { startTelemetry } from '../../../../src/telemetry/start.js';
import { withSpan } from '../../../../src/telemetry/tracing/tracing.js';
import { testApp } from '../../../support/http-app.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Somebody who listens and keeps what was sent. */
async function listener() {
  const received: { headers: http.IncomingHttpHeaders; body: string }[] = [];
  const server = http.createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    received.push({ headers: req.headers, body: Buffer.concat(chunks).toString('latin1') });
    res.end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return { host, received, close };
}

it('a trace goes from the caller through the request, its log and its statements to those that are asked in turn, without what was sent', async () => {
  const [collector, neighbour] = [await listener(), await listener()];
  const settings = { enabled: true, otlpEndpoint: `http://${collector.host}`, samplingRatio: 1, tracesPerSecond: 1000 };
  const telemetry = await startTelemetry(settings, 'authz', '1.0.0');
  const outbound = createOutbound({ allowHosts: [neighbour.host], timeout: 5000, maxBytes: 1000 });
  const { app, log, lines } = testApp((app) => {
    app.get('/oidc/v1/interaction/:id', async (_req, res) => {
      await withSpan('sql find_interaction', {}, () => outbound.getJson(`http://${neighbour.host}/jwks`));
      log.info('found');
      res.json({});
    });
    app.get('/fail', () => Promise.reject(new Error('hunter2')));
  });
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  await request(app).get('/oidc/v1/interaction/hunter2-path?code=hunter2-query').set({
    traceparent,
    Cookie: 'session=hunter2-cookie',
    Authorization: 'Bearer hunter2-token',
    'User-Agent': 'hunter2',
  });
  await request(app).get('/fail').set({ traceparent });
  await telemetry.shutdown();
  await log.flush();
  outbound.close();
  await Promise.all([collector.close(), neighbour.close()]);

  const spans = collector.received.map(({ body }) => body).join('');
  const names = ['GET /oidc/v1/interaction/:id', 'sql find_interaction', 'GET /fail'];
  expect(names.filter((name) => !spans.includes(name))).toEqual([]);
  expect(spans).toContain(Buffer.from(traceId, 'hex').toString('latin1'));
  expect(neighbour.received[0]?.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  expect(lines.map(({ message, trace_id }) => [message, trace_id])).toEqual([
    ['found', traceId],
    ['http request', traceId],
    ['request failed', traceId],
    ['http request', traceId],
  ]);
  expect(spans).not.toContain('hunter2');
});
