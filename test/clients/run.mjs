// What `npm run test:clients` runs: the clients' own packages where they are missing, then every suite of this folder.
// Ends with one line that counts it all.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { ensureFreshBuild } from '../support/fresh-build.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const changed = (name) => statSync(join(here, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  console.log('npm ci in test/clients');
  const { status } = spawnSync('npm', ['ci', '--no-audit'], { cwd: here, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

ensureFreshBuild();

const counts = { passed: 0, failed: 0, skipped: 0 };
const files = readdirSync(here).filter((name) => name.endsWith('.test.mjs'));
const events = run({ files: files.sort().map((name) => join(here, name)), concurrency: false });

/** A file counts by the tests in it, or as a failure where it could not run them. */
const isFile = ({ name }) => files.some((file) => name.endsWith(file));

function passed({ name, skip, todo, details }) {
  const skipped = skip !== undefined || todo !== undefined;
  counts[skipped ? 'skipped' : 'passed'] += 1;
  console.log(`${skipped ? '-' : '✔'} ${name} (${(details.duration_ms / 1000).toFixed(1)} s)`);
}

function failed({ name, details: { error } }) {
  if (error?.failureType === 'subtestsFailed') return;
  counts.failed += 1;
  console.log(`✖ ${name}\n${inspect(error?.cause ?? error)}`);
}

for await (const { type, data } of events) {
  if (type === 'test:pass' && !isFile(data)) passed(data);
  if (type === 'test:fail') failed(data);
  if (type === 'test:stdout') process.stdout.write(data.message);
  if (type === 'test:stderr') process.stderr.write(data.message);
}
if (counts.passed === 0 && counts.failed === 0) counts.failed = 1;
console.log(`\nclients: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
