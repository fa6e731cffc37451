import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { observeProcess } from './process-metrics.js';
import type { RequestTally } from './request-tally.js';

/** Seconds; the SDK's own boundaries are made for milliseconds. */
const jobBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600];

type Labels = Readonly<Record<string, string>>;

/** Counts up; all its calls name the same labels in the same order. */
export interface Counter {
  add(count: number, labels?: Labels): void;
}

/** What is counted as it happens; the names are those of the runbook. */
export interface Instruments {
  readonly turnedAway: Counter;
  readonly tokens: Counter;
  readonly tokenFailures: Counter;
  readonly signIns: Counter;
  readonly signInFailures: Counter;
  readonly signInFailuresUnrecorded: Counter;
  readonly jobDuration: Histogram;
  readonly sweptRows: Counter;
  readonly auditEvents: Counter;
  readonly mails: Counter;
  readonly logoutNotifications: Counter;
  readonly telemetryDropped: Counter;
  readonly tracesUnrecorded: Counter;
}

/** One value of a gauge that is read when somebody asks. */
export interface Reading {
  readonly value: number;
  readonly labels?: Attributes;
}

export interface Gauge {
  readonly name: string;
  readonly description: string;
  readonly read: () => readonly Reading[];
}

const seconds = (description: string, explicitBucketBoundaries: number[]) => ({
  description,
  unit: 's',
  advice: { explicitBucketBoundaries },
});

/**
 * A counter that is read when somebody asks. The SDK's own make a text of the labels, sorted and as JSON, at each call.
 */
function createCounter(meter: Meter, name: string, description: string): Counter {
  const series = new Map<string, { readonly labels: Labels; count: number }>();
  meter.createObservableCounter(name, { description }).addCallback((result) => {
    for (const { count, labels } of series.values()) result.observe(count, labels);
  });
  return {
    add(count, labels = {}) {
      let key = '';
      for (const label in labels) key += `${labels[label]}\n`;
      const known = series.get(key);
      if (known) known.count += count;
      else series.set(key, { labels, count });
    },
  };
}

export function createInstruments(meter: Meter): Instruments {
  observeProcess(meter);
  const counter = (name: string, description: string): Counter => createCounter(meter, name, description);
  return {
    turnedAway: counter('turned_away_total', 'Requests and connections for which there was no room.'),
    tokens: counter('token_issuance_total', 'Tokens issued.'),
    tokenFailures: counter('token_validation_failures_total', 'Access tokens refused.'),
    signIns: counter('sign_ins_total', 'Sign-ins tried.'),
    signInFailures: counter(
      'sign_in_failures_total',
      'Sign-ins judged wrong, by whether the identifier had failed lately.',
    ),
    signInFailuresUnrecorded: counter(
      'sign_in_failures_unrecorded_total',
      'Sign-ins judged wrong without a row in the audit trail: too many from one address.',
    ),
    jobDuration: meter.createHistogram(
      'background_job_duration_seconds',
      seconds('Duration of background jobs.', jobBuckets),
    ),
    sweptRows: counter('swept_rows_total', 'Expired rows deleted.'),
    auditEvents: counter('audit_events_total', 'Security events.'),
    mails: counter('mails_total', 'Mails by what became of them.'),
    logoutNotifications: counter('logout_notifications_total', 'Notifications of a logout by what became of them.'),
    tracesUnrecorded: counter(
      'traces_unrecorded_total',
      'Requests that no trace was recorded of: a second had enough of them.',
    ),
    telemetryDropped: counter('telemetry_dropped_total', 'Spans and metric exports that did not reach the collector.'),
  };
}

/** Registers the counter of requests. */
export function attachRequests(meter: Meter, { counts }: RequestTally): void {
  meter
    .createObservableCounter('http_requests_total', { description: 'HTTP requests answered.' })
    .addCallback((result) => {
      for (const { count, labels } of counts) result.observe(count, labels);
    });
}

/** Registers a gauge; what fails to be read is left out, since a metric may not break its reader. */
export function attachGauge(meter: Meter, { name, description, read }: Gauge): void {
  meter.createObservableGauge(name, { description }).addCallback((result) => {
    try {
      for (const { value, labels } of read()) result.observe(value, labels);
    } catch {
      // the next reading may succeed
    }
  });
}
