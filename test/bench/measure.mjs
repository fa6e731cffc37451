// One scenario against one server: requests a second, latency, failures, and what the server's processes spend and hold.
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { scenarios } from './scenarios.mjs';

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // no Linux: there are no such figures then
  }
};

/** Seconds of a process on a processor so far; Linux counts them in hundredths. */
function processorSeconds(pid) {
  const fields = read(`/proc/${pid}/stat`)?.split(') ')[1]?.split(' ');
  return fields ? (Number(fields[11]) + Number(fields[12])) / 100 : Number.NaN;
}

/** Resident memory of a process, MB. */
export const residentMegabytes = (pid) => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`) ?? '')?.[1]) / 1024;

const sum = (values) => values.reduce((total, value) => total + value, 0);
const share = (sorted, part) => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;

async function repeatFlow(once, seconds) {
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const times = [];
  let failed = 0;
  await Promise.all(
    once.map(async (flow) => {
      while (performance.now() < end) {
        const start = performance.now();
        try {
          await flow();
          times.push(performance.now() - start);
        } catch (error) {
          if (failed++ === 0) console.error(error.message);
        }
      }
    }),
  );
  times.sort((a, b) => a - b);
  const perSecond = times.length / ((performance.now() - begun) / 1000);
  return { perSecond, p50: share(times, 0.5), p99: share(times, 0.99), failed };
}

async function repeatRequest(options, connections, seconds) {
  const { requests, latency, non2xx, errors } = await autocannon({
    ...options,
    connections,
    duration: seconds,
    timeout: 20,
  });
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99, failed: non2xx + errors };
}

/** The same request to every process of a target that has several: connections are dealt out to them in turn. */
const toEach = (origins, request) =>
  origins ? { ...request, url: origins.map((origin) => origin + new URL(request.url).pathname) } : request;

/**
 * @param target `metadata`, `clients`, and the `pids` that serve; `origins` where these are to be asked instead of the one in the metadata
 * @returns `perSecond`, `p50` and `p99` in milliseconds, `failed`, and `processor`: microseconds of the server for one
 */
export async function measure(name, target, { connections = 32, seconds = 2 } = {}) {
  const { flow, prepare } = scenarios[name];
  const browsers = Math.min(8, connections);
  const what = flow
    ? await Promise.all(Array.from({ length: browsers }, () => prepare(target)))
    : toEach(target.origins, await prepare(target, connections, seconds));
  const before = sum(target.pids.map(processorSeconds));
  const begun = performance.now();
  const result = flow ? await repeatFlow(what, seconds) : await repeatRequest(what, connections, seconds);
  const spent = sum(target.pids.map(processorSeconds)) - before;
  const made = result.perSecond * ((performance.now() - begun) / 1000);
  return { ...result, processor: (spent * 1e6) / made };
}

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * Every scenario against every target, in turns: machines are noisy, so only figures of one run may be compared, and medians count.
 * @param targets by name
 * @returns by scenario and target, the medians
 */
export async function compare(names, targets, { rounds = 3, ...options } = {}) {
  const results = {};
  for (const name of names) {
    const measured = Object.fromEntries(Object.keys(targets).map((target) => [target, []]));
    for (let round = -1; round < rounds; round += 1) {
      for (const [title, target] of Object.entries(targets)) {
        const result = await measure(name, target, round < 0 ? { ...options, seconds: 1 } : options);
        if (round >= 0) measured[title].push(result); // the first only warms up
      }
    }
    const medianOf = (list, figure) => median(list.map((result) => result[figure]));
    results[name] = Object.fromEntries(
      Object.entries(measured).map(([title, list]) => [
        title,
        {
          perSecond: medianOf(list, 'perSecond'),
          p50: medianOf(list, 'p50'),
          p99: medianOf(list, 'p99'),
          processor: medianOf(list, 'processor'),
          failed: sum(list.map(({ failed }) => failed)),
        },
      ]),
    );
    console.error(`measured: ${name}`);
  }
  return results;
}
