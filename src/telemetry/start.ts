import type { RoleName } from '../protocol/endpoints.js';
import type { Log } from './log/logger.js';
import { otlpTarget } from './tracing/otlp-target.js';
import type { Telemetry } from './tracing/sdk.js';

export interface TelemetrySettings {
  readonly enabled: boolean;
  readonly otlpEndpoint: string;
  readonly samplingRatio: number;
  /** Requests a second whose traces are recorded at most. */
  readonly tracesPerSecond: number;
}

export interface TelemetryOptions {
  /** Keep metrics for the admin listener's /metrics, with or without a collector. */
  readonly prometheus?: boolean;
  /** Told when telemetry cannot be delivered, now and then. */
  readonly log?: Log;
}

/** Starts tracing and metrics for a process. Off, nothing is loaded, and spans and counters cost next to nothing. */
export async function startTelemetry(
  settings: TelemetrySettings,
  role: RoleName | 'all',
  version: string,
  { prometheus = false, log }: TelemetryOptions = {},
): Promise<Telemetry> {
  const target = settings.enabled ? otlpTarget(settings.otlpEndpoint) : undefined;
  if (!target && !prometheus) return { shutdown: async () => undefined };
  const { startSdk } = await import('./tracing/sdk.js');
  const { samplingRatio, tracesPerSecond } = settings;
  return startSdk({ target, prometheus, samplingRatio, tracesPerSecond, role, version, log });
}
