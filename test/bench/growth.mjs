// What grows: stored tokens, and the expired ones that are removed.
import { separatedNote as coresNote } from './cores.mjs';
import { compare, measure, median } from './measure.mjs';
import { databaseScenarios } from './scenarios.mjs';
import { onDatabase, options, startOurs } from './targets.mjs';

const fillTokens = (query, from, to, expiresAt) =>
  query(
    `INSERT INTO tokens (value_hash, kind, client_id, payload, issued_at, expires_at)
     SELECT sha256(convert_to('bench ' || n, 'UTF8')), 'access_token', 'bench-opaque',
       '{"jti": "bench", "scopes": [], "audience": []}', now(), ${expiresAt} FROM generate_series($1::int, $2::int) n`,
    [from, to],
  );

/** The same with ever more tokens stored, beside a server that has a thousand. */
export async function rows() {
  const most = Number(process.env.BENCH_ROWS ?? 7);
  const few = await startOurs();
  const many = await startOurs();
  const store = (dsn, from, to) =>
    onDatabase(dsn, async (query) => {
      await fillTokens(query, from, to, `now() + interval '1 day'`);
      await query('VACUUM ANALYZE tokens');
    });
  try {
    await store(few.stack.dsn, 1, 1000);
    const sizes = Array.from({ length: Math.floor((most - 3) / 2) }, (_, index) => 10 ** (5 + 2 * index));
    const ratios = databaseScenarios.map(() => []);
    let stored = 0;
    for (const size of sizes) {
      await store(many.stack.dsn, stored + 1, size);
      stored = size;
      const results = await compare(databaseScenarios, { few: few.target, many: many.target }, options);
      for (const [index, name] of databaseScenarios.entries()) {
        ratios[index].push(results[name].few.perSecond, results[name].many.perSecond);
        ratios[index].push(results[name].many.perSecond / results[name].few.perSecond);
      }
    }
    const head = [
      'requests a second',
      ...sizes.flatMap((size) => ['1,000 rows', `${size.toLocaleString('en')} rows`, 'ratio']),
    ];
    return { head, rows: databaseScenarios.map((name, index) => [name, ...ratios[index]]), note: coresNote };
  } finally {
    await few.stack.stop();
    await many.stack.stop();
  }
}

/** Millions of expired rows are removed while requests are answered, beside a server that has nothing to remove. */
export async function sweeper() {
  const expired = 5_000_000; // a million is gone within seconds
  const quiet = await startOurs();
  const { stack, target } = await startOurs((yaml) =>
    yaml.concat('\njobs:\n  interval: 2s\n  jitter: 0s\n  short_interval: 1s\n'),
  );
  const left = () =>
    onDatabase(stack.dsn, async (query) => {
      const { rows: found } = await query('SELECT count(*)::int AS n FROM tokens WHERE expires_at < now()');
      return found[0].n;
    });
  try {
    const names = ['client_credentials, opaque', 'introspection, opaque'];
    const both = { quiet: quiet.target, sweeping: target };
    for (const name of names) await compare([name], both, { rounds: 0 }); // a cold process would flatter the sweep
    const measured = Object.fromEntries(names.map((name) => [name, { quiet: [], sweeping: [] }]));
    await onDatabase(stack.dsn, (query) => fillTokens(query, 1, expired, `now() - interval '1 minute'`));
    const begun = performance.now();
    const before = await left();
    let rest = before;
    while (rest > 0 && performance.now() - begun < 300_000) {
      const round = [];
      for (const name of names) {
        for (const title of Object.keys(both)) round.push([name, title, await measure(name, both[title], options)]);
      }
      rest = await left();
      // the last round was partly one without a sweep
      if (rest > 0) for (const [name, title, result] of round) measured[name][title].push(result);
    }
    const removed = (before - rest) / ((performance.now() - begun) / 1000);
    const of = (name, title, figure) => median(measured[name][title].map((result) => result[figure]));
    const table = names.map((name) => {
      const [alone, busy] = ['quiet', 'sweeping'].map((title) => of(name, title, 'perSecond'));
      return [name, alone, busy, busy / alone, of(name, 'quiet', 'p99'), of(name, 'sweeping', 'p99')];
    });
    const head = ['requests a second', 'no sweep', 'while it sweeps', 'ratio', 'p99, ms', 'p99 while it sweeps, ms'];
    const note = `${coresNote} ${Math.round(removed).toLocaleString('en')} rows a second were removed meanwhile.`;
    return { head, rows: table, note };
  } finally {
    await stack.stop();
    await quiet.stack.stop();
  }
}
