import { TraceFlags } from '@opentelemetry/api';
import { tracing } from '@opentelemetry/sdk-node';
import { metrics } from '../metrics/metrics.js';

const maxQueueSize = 2048;

/**
 * The SDK's batch processor behind a count of our own: it drops spans silently where the collector is slow or away, and an
 * operator has to see that.
 */
export function boundedSpanProcessor(exporter: tracing.SpanExporter): tracing.SpanProcessor {
  let queued = 0;
  const counted: tracing.SpanExporter = {
    export(spans, done) {
      queued -= spans.length;
      exporter.export(spans, done);
    },
    shutdown: () => exporter.shutdown(),
  };
  const batches = new tracing.BatchSpanProcessor(counted, {
    maxQueueSize,
    scheduledDelayMillis: 2000,
    exportTimeoutMillis: 5000,
  });
  return {
    onStart: (span, parent) => batches.onStart(span, parent),
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
      if (queued >= maxQueueSize) return metrics.telemetryDropped({ signal: 'traces', reason: 'queue' }, 1);
      queued += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}
