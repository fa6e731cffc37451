import type { IMetricReader, MetricProducer } from '@opentelemetry/sdk-metrics';

export interface Prometheus {
  readonly reader: IMetricReader;
  readonly text: () => Promise<string>;
}

/** Metrics in Prometheus' text format, served by our own listener instead of the exporter's. */
export async function createPrometheus(metricProducers: MetricProducer[]): Promise<Prometheus> {
  const { PrometheusExporter, PrometheusSerializer } = await import('@opentelemetry/exporter-prometheus');
  const reader = new PrometheusExporter({
    metricProducers,
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  return { reader, text: async () => serializer.serialize((await reader.collect()).resourceMetrics) };
}
