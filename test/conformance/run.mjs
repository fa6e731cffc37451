// `npm run conformance -- --suite https://…`: runs the plans of plans.mjs on a suite that is up, and writes what came of it to docs/conformance.json.
// Node trusts the suite's certificate by NODE_EXTRA_CA_CERTS.
import { execFileSync, execSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { configuration, plans } from './plans.mjs';

const { values } = parseArgs({
  options: {
    suite: { type: 'string' },
    plan: { type: 'string', multiple: true },
    module: { type: 'string', multiple: true },
    out: { type: 'string' },
    commit: { type: 'string' },
    pictures: { type: 'string' },
    'rotate-keys': { type: 'string' },
  },
});
if (values.suite === undefined) {
  console.error('Which suite? npm run conformance -- --suite https://localhost.emobix.co.uk:8443');
  process.exit(2);
}
const out = values.out ?? 'docs/conformance.json';
const finished = ['FINISHED', 'INTERRUPTED'];
/** Milliseconds for one module, its own pauses included. */
const patience = 240_000;

async function call(method, path, parameters = {}, body) {
  const url = new URL(`api/${path}`, `${values.suite.replace(/\/$/, '')}/`);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const answer = await fetch(url, { method, body, headers: { 'content-type': 'application/json' } });
  if (!answer.ok) throw new Error(`${method} ${url.pathname}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
  return answer.json();
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Milliseconds until each process of the issuer has read its keys anew. */
const keysAreKept = 15_000;

/** The one module that does not start by itself waits for other keys. */
async function start(id) {
  if (values['rotate-keys'] === undefined)
    throw new Error('--rotate-keys: the command that rotates the keys of the issuer');
  execSync(values['rotate-keys'], { stdio: 'ignore' });
  await sleep(keysAreKept);
  await call('POST', `runner/${id}`);
}

async function settled(id) {
  const until = Date.now() + patience;
  let started = false;
  while (Date.now() < until) {
    const info = await call('GET', `info/${id}`);
    if (finished.includes(info.status)) return info;
    if (info.status === 'CONFIGURED' && info.testName === 'oidcc-server-rotate-keys' && !started) {
      started = true;
      await start(id);
    }
    await sleep(500);
  }
  return { status: 'TIMEOUT', result: 'UNFINISHED' };
}

/** The conditions that were no success, as the suite words them. */
const remarks = (log) =>
  log
    .filter(({ result }) => ['FAILURE', 'WARNING', 'SKIPPED', 'REVIEW'].includes(result))
    .map(({ result, src, msg }) => `${result} ${src}: ${msg}`);

/** The pages that the suite leaves to a person to judge, as its browser had them. */
function keepPictures(folder, testModule, log) {
  mkdirSync(folder, { recursive: true });
  const pages = log.filter(({ page_source: page, result }) => page !== undefined && result === 'REVIEW');
  for (const { page_source: page } of pages) writeFileSync(join(folder, `${testModule}.html`), page);
}

async function runModule(run, plan, { testModule, variant }) {
  const { id } = await call('POST', 'runner', {
    test: testModule,
    plan,
    ...(variant && { variant: JSON.stringify(variant) }),
  });
  const { status, result } = await settled(id);
  if (!finished.includes(status)) await call('DELETE', `runner/${id}`).catch(() => undefined);
  const log = await call('GET', `log/${id}`);
  if (values.pictures !== undefined) keepPictures(join(values.pictures, run), testModule, log);
  const line = { module: testModule, variant: variant ?? {}, result: result ?? status, remarks: remarks(log) };
  console.log(`${line.result.padEnd(10)} ${testModule}  ${id}`);
  for (const remark of line.remarks) console.log(`             ${remark}`);
  return line;
}

async function runPlan({ name, variant }) {
  console.log(`\n${name}`);
  const plan = await call(
    'POST',
    'plan',
    { planName: name, variant: JSON.stringify(variant) },
    JSON.stringify(configuration),
  );
  const result = { plan: name, variant, modules: [] };
  results.push(result);
  const wanted = ({ testModule }) => values.module?.includes(testModule) ?? true;
  for (const module of plan.modules.filter(wanted)) {
    result.modules.push(await runModule([name, variant.client_registration ?? []].flat().join('-'), plan.id, module));
    writeFileSync(out, `${JSON.stringify({ suite: version, commit, plans: results }, null, 2)}\n`);
  }
}

const { version } = await call('GET', 'server');
/** Of what is being tested: `--commit` where that was not built from what is checked out. */
const commit = values.commit ?? execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
const results = [];
for (const plan of plans.filter(({ name }) => values.plan?.some((part) => name.includes(part)) ?? true)) {
  await runPlan(plan);
}
const accepted = ['PASSED', 'REVIEW', 'SKIPPED', 'WARNING'];
const failed = results.flatMap(({ modules }) => modules).filter(({ result }) => !accepted.includes(result));
console.log(`\n${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
