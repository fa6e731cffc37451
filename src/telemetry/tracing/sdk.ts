import { hostname } from 'node:os';
import { context, DiagLogLevel, diag, metrics as metricsApi, propagation, trace } from '@opentelemetry/api';
import { core, NodeSDK, resources, metrics as sdkMetrics, tracing } from '@opentelemetry/sdk-node';
import { systemClock } from '../../clock.js';
import type { Log } from '../log/logger.js';
import { rateLimited } from '../log/rate-limited.js';
import { connectMetrics, disconnectMetrics, metrics, requestTally } from '../metrics/metrics.js';
import { createPrometheus } from '../metrics/prometheus.js';
import { requestDurationsOf } from '../metrics/request-durations.js';
import { metricExporter, spanExporter } from './otlp-exporters.js';
import type { OtlpTarget } from './otlp-target.js';
import { boundedSpanProcessor } from './span-queue.js';
import { createTraceBudget } from './trace-budget.js';
import { setTracing } from './tracing.js';

export interface Telemetry {
  /** Sends what is left, for two seconds at most. */
  shutdown(): Promise<void>;
  /** The metrics in Prometheus' text format, where it was asked for. */
  readonly prometheus?: () => Promise<string>;
}

export interface SdkOptions {
  readonly target: OtlpTarget | undefined;
  readonly prometheus: boolean;
  readonly samplingRatio: number;
  readonly tracesPerSecond: number;
  readonly role: string;
  readonly version: string;
  readonly log: Log | undefined;
}

const exportInterval = 15_000;
const shutdownTimeout = 2000;
const diagnosticInterval = 60_000;

/** An absent collector makes the SDK complain at each batch: once a minute is enough to be seen. */
function reportTo(log: Log | undefined): void {
  if (!log) return;
  const report = rateLimited(diagnosticInterval, systemClock, (suppressed, reason: string) =>
    log.warn('telemetry is not delivered', { reason: reason.slice(0, 300), suppressed }),
  );
  const quiet = (): void => undefined;
  diag.setLogger(
    { error: report, warn: report, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

const describe = ({ role, version }: SdkOptions) =>
  resources.resourceFromAttributes({
    'service.name': `identity-${role}`,
    'service.version': version,
    'service.instance.id': `${hostname()}:${process.pid}`,
  });

/** Within two seconds, whatever the collector does: the SDK itself waits ten for one that does not answer. */
async function stop(sdk: NodeSDK): Promise<void> {
  disconnectMetrics();
  setTracing(undefined);
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, shutdownTimeout);
  });
  await Promise.race([sdk.shutdown().catch(() => undefined), enough]);
  clearTimeout(timer);
  for (const api of [trace, metricsApi, propagation, context, diag]) api.disable();
}

/** Without a collector nobody would see a span. */
const startTracing = (perSecond: number): void =>
  setTracing(createTraceBudget({ perSecond, clock: systemClock, onExceeded: metrics.tracesUnrecorded }));

/** Hands metrics to the exporter now and then. */
function periodicReader(exporter: sdkMetrics.PushMetricExporter): sdkMetrics.PeriodicExportingMetricReader {
  const { CUMULATIVE } = sdkMetrics.AggregationTemporality;
  const temporality = exporter.selectAggregationTemporality?.(sdkMetrics.InstrumentType.HISTOGRAM) ?? CUMULATIVE;
  return new sdkMetrics.PeriodicExportingMetricReader({
    exporter,
    metricProducers: [requestDurationsOf(requestTally, temporality)],
    exportIntervalMillis: exportInterval,
    exportTimeoutMillis: 5000,
  });
}

/** Starts tracing and metrics. Every list is given, since the SDK would otherwise send to localhost what it finds missing. */
export async function startSdk(options: SdkOptions): Promise<Telemetry> {
  const { target, samplingRatio, tracesPerSecond } = options;
  reportTo(options.log);
  const { CUMULATIVE } = sdkMetrics.AggregationTemporality;
  const prometheus = options.prometheus
    ? await createPrometheus([requestDurationsOf(requestTally, CUMULATIVE)])
    : undefined;
  const otlpReader = target && periodicReader(await metricExporter(target));
  const sdk = new NodeSDK({
    resource: describe(options),
    resourceDetectors: [resources.envDetector],
    instrumentations: [],
    textMapPropagator: new core.W3CTraceContextPropagator(),
    sampler: new tracing.ParentBasedSampler({ root: new tracing.TraceIdRatioBasedSampler(samplingRatio) }),
    spanProcessors: target ? [boundedSpanProcessor(await spanExporter(target))] : [],
    metricReaders: [...(otlpReader ? [otlpReader] : []), ...(prometheus ? [prometheus.reader] : [])],
    logRecordProcessors: [],
  });
  sdk.start();
  connectMetrics();
  if (target) startTracing(tracesPerSecond);
  let stopped: Promise<void> | undefined;
  const shutdown = (): Promise<void> => {
    stopped ??= stop(sdk);
    return stopped;
  };
  return { shutdown, ...(prometheus && { prometheus: prometheus.text }) };
}
