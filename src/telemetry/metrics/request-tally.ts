import { bounded, requestMethodLabel, statusClassLabel, statusLabel } from './labels.js';

/** Seconds; the SDK's own boundaries are made for milliseconds. */
export const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Labels = Readonly<Record<string, string>>;

/** Requests that share their labels. */
export interface RequestCount {
  readonly labels: Labels;
  count: number;
}

/** How long requests took that share their labels. */
export interface RequestDurations {
  readonly labels: Labels;
  /** Of each bucket and of what is above the last one. */
  readonly counts: number[];
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** What a request is counted by. */
export interface CountedRequest {
  readonly role: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

export interface RequestTally {
  add(request: CountedRequest, seconds: number): void;
  readonly counts: readonly RequestCount[];
  readonly durations: readonly RequestDurations[];
}

/** One status of one route. */
interface Answers {
  readonly byMethod: Map<string, RequestCount>;
  readonly durations: RequestDurations;
}

/** What the map has, or what is made for it. */
function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const routes = bounded(200);

function bucketOf(seconds: number): number {
  let bucket = 0;
  for (const boundary of requestBuckets) {
    if (seconds <= boundary) return bucket;
    bucket += 1;
  }
  return bucket;
}

function record(durations: RequestDurations, seconds: number): void {
  const bucket = bucketOf(seconds);
  durations.counts[bucket] = (durations.counts[bucket] ?? 0) + 1;
  durations.count += 1;
  durations.sum += seconds;
  if (seconds < durations.min) durations.min = seconds;
  if (seconds > durations.max) durations.max = seconds;
}

/**
 * Counts and times requests, to be read when somebody asks. The SDK's own instruments make a text of the labels at each call, which
 * costs more than all else that is done to observe a request.
 */
export function createRequestTally(): RequestTally {
  const counts: RequestCount[] = [];
  const durations: RequestDurations[] = [];
  const byClass = new Map<string, RequestDurations>();
  const roles = new Map<string, Map<string, Map<number, Answers>>>();

  function durationsOf(role: string, route: string, status: number): RequestDurations {
    const labels = { role, route, status_class: statusClassLabel(status) };
    return entry(byClass, Object.values(labels).join('\n'), () => {
      const none = Array.from({ length: requestBuckets.length + 1 }, () => 0);
      const made = { labels, counts: none, count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: 0 };
      durations.push(made);
      return made;
    });
  }

  function answersOf({ role, route: asked, status: given }: CountedRequest): Answers {
    const status = given >= 100 && given <= 599 ? given : 0;
    const byRoute = entry(roles, role, () => new Map<string, Map<number, Answers>>());
    const route = byRoute.has(asked) ? asked : routes(asked);
    const byStatus = entry(byRoute, route, () => new Map<number, Answers>());
    return entry(byStatus, status, () => ({ byMethod: new Map(), durations: durationsOf(role, route, status) }));
  }

  function countOf(request: CountedRequest, { byMethod, durations: { labels } }: Answers): RequestCount {
    const method = requestMethodLabel(request);
    return entry(byMethod, method, () => {
      const { role = '', route = '' } = labels;
      const made = { labels: { role, method, route, status: statusLabel(request.status) }, count: 0 };
      counts.push(made);
      return made;
    });
  }

  return {
    counts,
    durations,
    add(request, seconds) {
      const answers = answersOf(request);
      countOf(request, answers).count += 1;
      record(answers.durations, seconds);
    },
  };
}
