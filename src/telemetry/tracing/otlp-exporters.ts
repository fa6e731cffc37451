import type { metrics as sdkMetrics, tracing } from '@opentelemetry/sdk-node';
import { metrics } from '../metrics/metrics.js';
import type { OtlpTarget } from './otlp-target.js';

const timeoutMillis = 3000;

/** Only the exporter that is used gets loaded. */
export async function spanExporter({ protocol, traces: url }: OtlpTarget): Promise<tracing.SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'grpc'
      ? await import('@opentelemetry/exporter-trace-otlp-grpc')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  const exporter = new OTLPTraceExporter({ url, timeoutMillis });
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== 0) metrics.telemetryDropped({ signal: 'traces', reason: 'export' }, spans.length);
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** Sums are cumulative: an export that fails is made up for by the next one. */
export async function metricExporter({ protocol, metrics: url }: OtlpTarget): Promise<sdkMetrics.PushMetricExporter> {
  const { OTLPMetricExporter } =
    protocol === 'grpc'
      ? await import('@opentelemetry/exporter-metrics-otlp-grpc')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  const exporter = new OTLPMetricExporter({ url, timeoutMillis });
  return {
    export(batch, done) {
      exporter.export(batch, (result) => {
        if (result.code !== 0) metrics.telemetryDropped({ signal: 'metrics', reason: 'export' }, 1);
        done(result);
      });
    },
    selectAggregationTemporality: (type) => exporter.selectAggregationTemporality(type),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
