import { describe, expect, it } from '@jest/globals';
import { outcome, startScript } from '../../support/script.js';

describe('a process that ends', () => {
  it('has written every line to a slow pipe', async () => {
    const child = await startScript(
      'log-exit',
      `import { createLog } from './src/telemetry/log/logger.js';
       const log = createLog({ level: 'INFO', format: 'json' });
       for (let index = 0; index < 20_000; index += 1) log.info('line', { index });
       await log.flush();
       process.exit(3);`,
    );
    const { code, stdout } = await outcome(child, 300);
    const lines = stdout.trim().split('\n');
    expect(code).toBe(3);
    expect(lines).toHaveLength(20_000);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ index: 19_999 });
  });

  it('goes on when nobody reads its log any more', async () => {
    const child = await startScript(
      'log-epipe',
      `import { createLog } from './src/telemetry/log/logger.js';
       const log = createLog({ level: 'INFO', format: 'json' });
       for (let round = 0; round < 50; round += 1) {
         log.info('x'.repeat(5000));
         await new Promise((resolve) => setTimeout(resolve, 2));
       }
       await log.flush();
       process.stderr.write('still here');
       process.exit(0);`,
    );
    child.stdout?.destroy();
    expect(await outcome(child)).toMatchObject({ code: 0, stderr: 'still here' });
  });
});

describe('telemetry that is off', () => {
  it.each([
    ['disabled', `{ enabled: false, otlpEndpoint: 'http://127.0.0.1:4317', samplingRatio: 1, tracesPerSecond: 1000 }`],
    ['without endpoint', `{ enabled: true, otlpEndpoint: '', samplingRatio: 1, tracesPerSecond: 1000 }`],
  ])('%s: loads no SDK', async (name, settings) => {
    const child = await startScript(
      `telemetry-off-${name.split(' ')[0]}`,
      `import { createRequire } from 'node:module';
       import { startTelemetry } from './src/telemetry/start.js';
       import { withSpan } from './src/telemetry/tracing/tracing.js';
       import { metrics } from './src/telemetry/metrics/metrics.js';
       const telemetry = await startTelemetry(${settings}, 'authz', '1.0.0');
       metrics.signIn({ result: 'success' });
       const result = await withSpan('work', {}, async () => 42);
       await telemetry.shutdown();
       const loaded = Object.keys(createRequire(import.meta.url).cache);
       const { length } = loaded.filter((file) => /opentelemetry.(sdk|exporter|otlp)/.test(file));
       process.stdout.write(JSON.stringify({ result, loaded: length, api: loaded.length > 0, prometheus: 'prometheus' in telemetry }));`,
    );
    const { stdout } = await outcome(child);
    expect(JSON.parse(stdout)).toEqual({ result: 42, loaded: 0, api: true, prometheus: false });
  });
});
