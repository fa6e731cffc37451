import { describe, expect, it } from '@jest/globals';
import { metrics as sdkMetrics } from '@opentelemetry/sdk-node';
import { requestDurationsOf } from '../../../../src/telemetry/metrics/request-durations.js';
import { createRequestTally, requestBuckets } from '../../../../src/telemetry/metrics/request-tally.js';

const { CUMULATIVE, DELTA } = sdkMetrics.AggregationTemporality;
const request = { role: 'authz', method: 'GET', route: '/health', status: 200 } as const;

describe('the tally of requests', () => {
  it('counts by role, method, route and status, and times by class of status', () => {
    const tally = createRequestTally();
    tally.add(request, 0.1);
    tally.add({ ...request, method: 'HEAD' }, 0.2);
    tally.add({ ...request, status: 204 }, 0.3);
    tally.add({ ...request, role: 'idp' }, 0.4);
    tally.add(request, 0.5);
    const labels = { role: 'authz', method: 'GET', route: '/health', status: '200' };
    expect(tally.counts).toEqual([
      { labels, count: 2 },
      { labels: { ...labels, method: 'HEAD' }, count: 1 },
      { labels: { ...labels, status: '204' }, count: 1 },
      { labels: { ...labels, role: 'idp' }, count: 1 },
    ]);
    expect(tally.durations.map(({ labels, count, min, max }) => [labels, count, min, max])).toEqual([
      [{ role: 'authz', route: '/health', status_class: '2xx' }, 4, 0.1, 0.5],
      [{ role: 'idp', route: '/health', status_class: '2xx' }, 1, 0.4, 0.4],
    ]);
  });

  it('knows as many series as there are routes in the code, whatever comes', () => {
    const tally = createRequestTally();
    for (let n = 0; n < 5000; n += 1) {
      tally.add({ role: 'authz', method: `M${n}`, route: `/route/${n}`, status: 200 + (n % 5) * 1000 }, 1);
    }
    expect(tally.counts.length).toBeLessThanOrEqual(201 * 2);
    expect(tally.counts.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
    expect(tally.counts).toContainEqual(
      expect.objectContaining({ labels: { role: 'authz', method: 'OTHER', route: 'other', status: '200' } }),
    );
  });

  it.each([
    [0, 0],
    [0.005, 0],
    [0.0050001, 1],
    [10, 10],
    [11, 11],
  ])('puts %d s into bucket %d: a boundary belongs to what is below it', (seconds, bucket) => {
    const tally = createRequestTally();
    tally.add(request, seconds);
    expect(tally.durations[0]?.counts.indexOf(1)).toBe(bucket);
    expect(tally.durations[0]?.counts).toHaveLength(requestBuckets.length + 1);
  });
});

describe('durations for a reader', () => {
  const read = async (producer: sdkMetrics.MetricProducer) => {
    const { resourceMetrics } = await producer.collect();
    const [metric] = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    return metric as sdkMetrics.HistogramMetricData | undefined;
  };
  const figures = (metric: sdkMetrics.HistogramMetricData | undefined) =>
    metric?.dataPoints.map(({ value: { count, sum, min, buckets } }) => [count, sum, min, buckets.counts[0]]);

  it('are sums since the start, each reader’s own', async () => {
    const tally = createRequestTally();
    const readers = [requestDurationsOf(() => tally, CUMULATIVE), requestDurationsOf(() => tally, CUMULATIVE)];
    for (const reader of readers) expect(await read(reader)).toBeUndefined();
    tally.add(request, 0.001);
    tally.add(request, 0.5);
    for (const reader of readers) expect(figures(await read(reader))).toEqual([[2, 0.501, 0.001, 1]]);
    tally.add(request, 0.5);
    const metric = await read(readers[0] as sdkMetrics.MetricProducer);
    expect(figures(metric)).toEqual([[3, 1.001, 0.001, 1]]);
    expect(metric).toMatchObject({ aggregationTemporality: CUMULATIVE, descriptor: { unit: 's' } });
  });

  it('are what came since the last reading, where that is asked for', async () => {
    const tally = createRequestTally();
    const reader = requestDurationsOf(() => tally, DELTA);
    tally.add(request, 0.25);
    const first = await read(reader);
    tally.add(request, 0.5);
    tally.add(request, 0.001);
    const second = await read(reader);
    expect([figures(first), figures(second)]).toEqual([[[1, 0.25, undefined, 0]], [[2, 0.501, undefined, 1]]]);
    expect(second?.dataPoints[0]?.startTime).toEqual(first?.dataPoints[0]?.endTime);
  });

  it('are none where nothing is counted', async () => {
    expect(await read(requestDurationsOf(() => undefined, CUMULATIVE))).toBeUndefined();
  });
});
