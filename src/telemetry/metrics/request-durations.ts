import { type HrTime, ValueType } from '@opentelemetry/api';
import { core, resources, metrics as sdkMetrics } from '@opentelemetry/sdk-node';
import { type RequestDurations, type RequestTally, requestBuckets } from './request-tally.js';

const descriptor = {
  name: 'http_request_duration_seconds',
  description: 'Time from request to the end of the answer.',
  unit: 's',
  valueType: ValueType.DOUBLE,
};

type Histogram = sdkMetrics.HistogramMetricData['dataPoints'][number]['value'];

const histogram = ({ counts, count, sum, min, max }: RequestDurations): Histogram => ({
  buckets: { boundaries: requestBuckets, counts: [...counts] },
  count,
  sum,
  min,
  max,
});

/** What was added since; of that, nobody knows the shortest and the longest. */
const since = (now: Histogram, before: Histogram | undefined): Histogram => ({
  buckets: {
    boundaries: requestBuckets,
    counts: now.buckets.counts.map((count, bucket) => count - (before?.buckets.counts[bucket] ?? 0)),
  },
  count: now.count - (before?.count ?? 0),
  sum: (now.sum ?? 0) - (before?.sum ?? 0),
});

/**
 * Brings the durations of requests to a reader of the SDK, which has no instrument for what was counted before.
 * @param temporality sums since the start, or since the reader last asked
 */
export function requestDurationsOf(
  tally: () => RequestTally | undefined,
  temporality: sdkMetrics.AggregationTemporality,
): sdkMetrics.MetricProducer {
  const isDelta = temporality === sdkMetrics.AggregationTemporality.DELTA;
  const told = new WeakMap<RequestDurations, Histogram>();
  let startTime = core.hrTime();

  function point(durations: RequestDurations, endTime: HrTime) {
    const now = histogram(durations);
    const value = isDelta ? since(now, told.get(durations)) : now;
    told.set(durations, now);
    return { attributes: durations.labels, startTime, endTime, value };
  }

  return {
    async collect() {
      const endTime = core.hrTime();
      const dataPoints = (tally()?.durations ?? []).map((durations) => point(durations, endTime));
      if (isDelta) startTime = endTime;
      const { HISTOGRAM: dataPointType } = sdkMetrics.DataPointType;
      const metric = { descriptor, aggregationTemporality: temporality, dataPointType, dataPoints } as const;
      const scopeMetrics = [{ scope: { name: 'identity' }, metrics: dataPoints.length > 0 ? [metric] : [] }];
      return { resourceMetrics: { resource: resources.emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}
