import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLog } from '../../../../src/telemetry/log/logger.js';
import { runInRequest } from '../../../../src/telemetry/log/request-context.js';
import { metrics } from '../../../../src/telemetry/metrics/metrics.js';
import { startTelemetry } from '../../../../src/telemetry/start.js';
import { metricExporter, spanExporter } from '../../../../src/telemetry/tracing/otlp-exporters.js';
import type { Telemetry } from '../../../../src/telemetry/tracing/sdk.js';
import { injectTraceContext, isTracing, startServerSpan, withSpan } from '../../../../src/telemetry/tracing/tracing.js';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Received {
  readonly path: string;
  readonly type: string | undefined;
  readonly body: Buffer;
}

/** Stands for a collector's HTTP receiver. */
async function collector(status = 200): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = http.createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    received.push({ path: req.url ?? '', type: req.headers['content-type'], body: Buffer.concat(chunks) });
    res.writeHead(status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function telemetry(
  otlpEndpoint: string,
  options: Parameters<typeof startTelemetry>[3] = {},
  tracesPerSecond = 1000,
): Promise<Telemetry> {
  const started = await startTelemetry(
    { enabled: otlpEndpoint !== '', otlpEndpoint, samplingRatio: 1, tracesPerSecond },
    'authz',
    '1.2.3',
    options,
  );
  closing.push(() => started.shutdown());
  return started;
}

describe('a collector that is away', () => {
  it('costs a shutdown no more than two seconds, though it accepts and never answers', async () => {
    const sockets = new Set<net.Socket>();
    const hole = net.createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    await once(hole.listen(0, '127.0.0.1'), 'listening');
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => hole.close(resolve));
    });
    const running = await telemetry(`http://127.0.0.1:${(hole.address() as AddressInfo).port}`);
    await withSpan('work', {}, async () => undefined);
    const started = performance.now();
    await running.shutdown();
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('costs no memory: spans beyond the queue are dropped and counted', async () => {
    const running = await telemetry('http://127.0.0.1:1', { prometheus: true });
    for (let span = 0; span < 20_000; span += 1) void withSpan('work', {}, async () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    const dropped = /telemetry_dropped_total\{signal="traces",reason="queue"\} (\d+)/.exec(
      (await running.prometheus?.()) ?? '',
    );
    expect(Number(dropped?.[1])).toBeGreaterThan(15_000);
  });

  it('is told in the log, once', async () => {
    const { url } = await collector(400);
    const lines: string[] = [];
    const log = createLog({ level: 'INFO', format: 'json', sink: (line) => lines.push(line) });
    const running = await telemetry(url, { log });
    for (let span = 0; span < 2000; span += 1) await withSpan('work', {}, async () => undefined);
    await running.shutdown();
    await log.flush();
    expect(lines.filter((line) => line.includes('telemetry is not delivered'))).toHaveLength(1);
  });
});

describe('OTLP over HTTP', () => {
  it('delivers spans and metrics as protobuf at the registered paths before it shuts down', async () => {
    const { url, received } = await collector();
    const running = await telemetry(url);
    await withSpan('find client', { 'db.operation.name': 'find_client' }, async () => undefined);
    metrics.tokenIssued({ grant_type: 'authorization_code', token_type: 'access_token' });
    metrics.httpRequest({ role: 'authz', method: 'GET', route: '/some/route', status: 200 }, 0.2);
    await running.shutdown();
    expect(new Set(received.map(({ path, type }) => `${path} ${type}`))).toEqual(
      new Set(['/v1/traces application/x-protobuf', '/v1/metrics application/x-protobuf']),
    );
    const sent = Buffer.concat(received.map(({ body }) => body)).toString('latin1');
    const texts = ['identity-authz', '1.2.3', 'find client', 'token_issuance_total', 'memory_usage_bytes'];
    texts.push('http_requests_total', 'http_request_duration_seconds', '/some/route');
    expect(texts.filter((text) => !sent.includes(text))).toEqual([]);
  });

  it('tells nothing of an error but its kind', async () => {
    const { url, received } = await collector();
    const running = await telemetry(url);
    const secret = 'no-such-password-hunter2';
    await expect(withSpan('work', {}, () => Promise.reject(new TypeError(secret)))).rejects.toThrow(secret);
    await running.shutdown();
    const sent = Buffer.concat(received.map(({ body }) => body)).toString('latin1');
    expect(sent).toContain('TypeError');
    expect(sent).not.toContain('hunter2');
  });
});

describe('OTLP over gRPC', () => {
  it('calls the collector services', async () => {
    const paths: string[] = [];
    const server = http2.createServer();
    server.on('stream', (stream, headers) => {
      paths.push(`${headers[':path']} ${headers['content-type']}`);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const target = { protocol: 'grpc', traces: url, metrics: url } as const;
    const [spans, sums] = [await spanExporter(target), await metricExporter(target)];
    const resource = { attributes: {}, merge: () => resource, getRawAttributes: () => [] };
    await new Promise((resolve) => spans.export([], resolve));
    await new Promise((resolve) => sums.export({ resource, scopeMetrics: [] }, resolve));
    await Promise.all([spans.shutdown(), sums.shutdown()]);
    expect(paths.sort()).toEqual([
      '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export application/grpc',
      '/opentelemetry.proto.collector.trace.v1.TraceService/Export application/grpc',
    ]);
  });
});

describe('trace context (W3C Trace Context §3)', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it('goes on where the caller’s is not sampled, and no span is made below', async () => {
    const { url, received } = await collector();
    const running = await telemetry(url);
    const carried: Record<string, string> = {};
    const span = startServerSpan('authz', 'GET', { traceparent: traceparent.replace(/01$/, '00') });
    const asked = span.run(isTracing);
    await span.run(() => withSpan('not sampled', {}, async () => injectTraceContext(carried)));
    span.end('/health', 200);
    await withSpan('sampled', {}, async () => undefined);
    await running.shutdown();
    expect([asked, carried.traceparent]).toEqual([
      false,
      expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-/),
    ]);
    const sent = Buffer.concat(received.map(({ body }) => body)).toString('latin1');
    expect([sent.includes('not sampled'), sent.includes('sampled')]).toEqual([false, true]);
  });

  it('is handed on, and no span is made, once a second has had its traces', async () => {
    const { url, received } = await collector();
    const running = await telemetry(url, {}, 1);
    const answer = async (route: string, headers: Record<string, string>): Promise<unknown> => {
      const span = startServerSpan('authz', 'GET', headers);
      const carried: Record<string, string> = {};
      const asked = await runInRequest({ requestId: route, isTraced: span.ids !== undefined }, () =>
        span.run(async () => {
          await withSpan(`below ${route}`, {}, async () => injectTraceContext(carried));
          return isTracing();
        }),
      );
      span.end(route, 200);
      return [asked, carried.traceparent?.replace(/-[0-9a-f]{16}-/, '-')];
    };
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736';
    expect(await answer('/first', { traceparent })).toEqual([true, `${trace}-01`]);
    expect(await answer('/second', { traceparent })).toEqual([false, `${trace}-00`]);
    expect(await answer('/third', {})).toEqual([false, undefined]);
    await running.shutdown();
    const sent = Buffer.concat(received.map(({ body }) => body)).toString('latin1');
    expect(['/first', '/second', '/third'].map((route) => sent.includes(route))).toEqual([true, false, false]);
  });

  it('is nobody’s before tracing is started and after it is stopped', async () => {
    const { url } = await collector();
    const states = [isTracing()];
    const running = await telemetry(url);
    states.push(isTracing());
    await running.shutdown();
    states.push(isTracing());
    expect(states).toEqual([false, true, false]);
    expect(startServerSpan('authz', 'GET', { traceparent }).run(() => 'answered')).toBe('answered');
  });

  it('joins the caller and is handed on, and logs carry it', async () => {
    const { url } = await collector();
    await telemetry(url);
    const lines: string[] = [];
    const log = createLog({ level: 'INFO', format: 'json', sink: (line) => lines.push(line) });
    const span = startServerSpan('authz', 'GET', { traceparent });
    const carried: Record<string, string> = {};
    await span.run(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      injectTraceContext(carried);
      log.info('inside');
    });
    span.end('/health', 200);
    await log.flush();
    expect(carried.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
    expect(carried.traceparent).not.toBe(traceparent);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      span_id: carried.traceparent?.split('-')[2],
    });
  });
});

describe('Prometheus text', () => {
  const names = [
    'http_requests_total',
    'http_request_duration_seconds_bucket',
    'token_issuance_total',
    'token_validation_failures_total',
    'database_connections_active',
    'background_job_duration_seconds_bucket',
    'memory_usage_bytes',
    'sign_ins_total',
    'signing_key_age_seconds',
    'event_loop_lag_seconds',
    'database_pool_waiting',
    'swept_rows_total',
    'audit_events_total',
    'http_requests_in_flight',
  ];

  it('has the names of the runbook, and gauges that were registered before and after the start', async () => {
    metrics.observePool(() => ({ active: 3, idle: 1, waiting: 2, max: 16 }));
    const { prometheus } = await telemetry('', { prometheus: true });
    metrics.observeSigningKeys(() => [{ algorithm: 'ES256', state: 'current', ageSeconds: 60 }]);
    metrics.observeRequestsInFlight('authz', () => 4);
    metrics.observeRequestsInFlight('idp', () => 5);
    metrics.httpRequest({ role: 'authz', method: 'GET', route: '/health', status: 200 }, 0.2);
    metrics.tokenIssued({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', token_type: 'id_token' });
    metrics.tokenValidationFailed({ role: 'rs', reason: 'expired' });
    metrics.signIn({ result: 'overloaded' });
    metrics.backgroundJob({ job: 'sweep', result: 'success' }, 12);
    metrics.sweptRows({ table: 'tokens' }, 7);
    metrics.auditEvent('token_issued');
    const text = (await prometheus?.()) ?? '';
    expect(names.filter((name) => !text.includes(`\n${name}`))).toEqual([]);
    expect(text).toMatch(/^http_requests_total\{role="authz",method="GET",route="\/health",status="200"\} 1$/m);
    expect(text).toMatch(/^http_request_duration_seconds_bucket\{.*le="0.25"\} 1$/m);
    expect(text).toMatch(/^token_issuance_total\{grant_type="device_code",token_type="id_token"\} 1$/m);
    expect(text).toMatch(/^sign_ins_total\{result="overloaded"\} 1$/m);
    expect(text).toMatch(/^database_connections_active 3$/m);
    expect(text).toMatch(/^http_requests_in_flight\{role="idp"\} 5$/m);
    expect(text).not.toMatch(/otel_scope|_ratio/);
  });

  it('survives a gauge that cannot be read', async () => {
    metrics.observePool(() => {
      throw new Error('the pool is closed');
    });
    const { prometheus } = await telemetry('', { prometheus: true });
    expect(await prometheus?.()).toContain('memory_usage_bytes');
  });
});
