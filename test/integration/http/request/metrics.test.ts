import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Server, serve } from '../../../../src/http/listener/server.js';
import { readForm } from '../../../../src/http/request/form.js';
import { metrics } from '../../../../src/telemetry/metrics/metrics.js';
import { startTelemetry } from '../../../../src/telemetry/start.js';
import type { Telemetry } from '../../../../src/telemetry/tracing/sdk.js';
import { httpSettings, testApp } from '../../../support/http-app.js';

let telemetry: Telemetry;
let server: Server;
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

beforeAll(async () => {
  telemetry = await startTelemetry(
    { enabled: false, otlpEndpoint: '', samplingRatio: 1, tracesPerSecond: 1000 },
    'authz',
    '0',
    {
      prometheus: true,
    },
  );
  const { app, log } = testApp((app) => {
    app.post('/oauth2/v1/token', async (req, res) => {
      const form = await readForm(req);
      metrics.tokenIssued({ grant_type: form.get('grant_type') ?? '', token_type: form.get('token_type') ?? '' });
      res.json({});
    });
    app.get('/oidc/v1/interaction/:id', (_req, res) => {
      res.json({});
    });
  });
  log.level = 'ERROR';
  server = await serve({ app, http: httpSettings, port: 0, log });
});

afterAll(async () => {
  agent.destroy();
  await server.close();
  await telemetry.shutdown();
});

function send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, method, path, headers, agent };
    http
      .request(options, (res) => res.resume().once('end', () => resolve(res.statusCode ?? 0)))
      .on('error', reject)
      .end(body);
  });
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** One of each kind of bad request, with `n` wherever text goes. */
const kinds: readonly ((n: number | string) => Promise<number>)[] = [
  (n) => send('GET', `/unknown/${n}?q=${n}`),
  (n) => send('GET', `/oidc/v1/interaction/${n}`, { 'User-Agent': `agent ${n}`, 'X-Request-Id': `r-${n}` }),
  (n) => send('PUT', `/oauth2/v1/token?${n}`),
  (n) => send(['PROPFIND', 'MKCOL', 'LOCK', 'SEARCH'][Number(n) % 4] ?? 'COPY', `/${n}`),
  (n) => send('POST', '/oauth2/v1/token', form, `grant_type=urn:x:${n}&token_type=${n}`),
  (n) => send('POST', '/oauth2/v1/token', { 'Content-Type': `application/${n}` }, 'x'),
  (n) => send('GET', `/oidc/v1/interaction/%${n}zz`, { traceparent: `00-${n}`, Host: `h${n}.example` }),
];

async function series(): Promise<{ names: string[]; text: string }> {
  const text = (await telemetry.prometheus?.()) ?? '';
  const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { names: names.map((line) => line.replace(/ [^ ]*$/, '')).sort(), text };
}

describe('metrics', () => {
  it('have as many series after 10,000 distinct bad requests as after one of each kind', async () => {
    for (const send of kinds) for (let n = 0; n < 4; n += 1) await send(n);
    const before = await series();
    for (let n = 4; n < 10_004; n += 200) {
      await Promise.all(Array.from({ length: 200 }, (_, offset) => kinds[(n + offset) % kinds.length]?.(n + offset)));
    }
    const after = await series();
    expect(after.names).toEqual(before.names);
    expect(after.text).toMatch(
      /^http_requests_total\{role="authz",method="OTHER",route="unmatched",status="404"\} \d{4}$/m,
    );
    expect(after.text).toContain('token_issuance_total{grant_type="other",token_type="other"}');
    expect(after.text).not.toMatch(/otel_metric_overflow|example|agent/);
  }, 120_000);

  it('R1: a role’s requests can make only so many series, whatever is sent', async () => {
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'];
    const paths = ['/oauth2/v1/token', '/oidc/v1/interaction/1', '/nowhere'];
    for (const method of methods)
      for (const path of paths) await send(method, path, form, method === 'POST' ? 'a=b' : '');
    const { names } = await series();
    const routes = paths.length;
    const histograms = names.filter((name) => name.startsWith('http_request_duration_seconds'));
    const counters = names.filter((name) => name.startsWith('http_requests_total'));
    expect(histograms.length).toBeLessThanOrEqual(routes * 4 * 14);
    // What a route answers with: its own methods by status, the refused ones together.
    expect(counters.length).toBeLessThanOrEqual(routes * 8);
  });

  it('count and time each request by route pattern', async () => {
    const { text } = await series();
    const labels = 'role="authz",method="OTHER",route="/oauth2/v1/token",status="405"';
    const timed = 'role="authz",route="/oauth2/v1/token",status_class="4xx"';
    const total = new RegExp(`^http_requests_total\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1];
    expect(Number(total)).toBeGreaterThan(1000);
    const count = new RegExp(`^http_request_duration_seconds_count\\{${timed}\\} (\\d+)$`, 'm').exec(text)?.[1];
    expect(Number(count)).toBeGreaterThanOrEqual(Number(total));
    expect(text).toContain(`http_request_duration_seconds_bucket{${timed},le="0.5"}`);
    expect(text).toContain('http_requests_in_flight{role="authz"} 0');
  });
});
