#!/usr/bin/env node
// Checks the rules and dashboards.
//   node check.mjs                          promtool on the rules; every alert has a test; every query is PromQL
//   node check.mjs http://127.0.0.1:9090    … and every query of every dashboard and rule returns data there
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const dashboards = join(here, '../grafana/dashboards');
const faults = [];
const promtool = (...args) => {
  try {
    execFileSync('promtool', args, { cwd: here, stdio: 'pipe' });
  } catch (error) {
    faults.push(`promtool ${args.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? error}`);
  }
};

/** What Grafana puts in the place of its variables. */
const concrete = (expr) =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h').replaceAll('$job', '.*');

const queries = [];
for (const file of readdirSync(dashboards).filter((name) => name.endsWith('.json'))) {
  const dashboard = JSON.parse(readFileSync(join(dashboards, file), 'utf8'));
  for (const panel of dashboard.panels) {
    for (const target of panel.targets)
      queries.push({ where: `${file}, "${panel.title}"`, expr: concrete(target.expr) });
  }
}
const rules = readFileSync(join(here, 'identity-rules.yml'), 'utf8');
const tests = readFileSync(join(here, 'identity-rules.test.yml'), 'utf8');
for (const [, record] of rules.matchAll(/- record: (\S+)/g)) queries.push({ where: `rule ${record}`, expr: record });
for (const [, alert] of rules.matchAll(/- alert: (\S+)/g)) {
  const tested = new RegExp(`alertname: ${alert}\\s+exp_alerts:\\s+- exp_labels`).test(tests);
  if (!tested) faults.push(`alert ${alert} is never seen firing in identity-rules.test.yml`);
}

promtool('check', 'rules', 'identity-rules.yml');
promtool('test', 'rules', 'identity-rules.test.yml');
const scratch = mkdtempSync(join(tmpdir(), 'rules-'));
const asRules = queries.map(({ expr }, n) => `  - { record: "q:${n}", expr: ${JSON.stringify(expr)} }`);
writeFileSync(join(scratch, 'queries.yml'), `groups:\n- name: q\n  rules:\n${asRules.join('\n')}\n`);
promtool('check', 'rules', join(scratch, 'queries.yml'));
rmSync(scratch, { recursive: true });

const prometheus = process.argv[2];
if (prometheus) {
  for (const { where, expr } of queries) {
    const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { status, data, error } = await answer.json();
    const values = data?.result?.map(({ value }) => value[1]) ?? [];
    if (status !== 'success') faults.push(`${where}: ${error}`);
    else if (!values.some((value) => value !== 'NaN')) faults.push(`${where}: no data for ${expr}`);
  }
}
for (const fault of faults) console.error(`FAULT ${fault}`);
console.log(`${queries.length} queries${prometheus ? ' asked' : ''}, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
