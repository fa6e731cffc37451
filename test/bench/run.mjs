// npm run bench [-- PART …] [-- --write]: ours beside the peer and beside itself. Parts: see `parts`; without one, `endpoints`; `all`.
// --write puts each part's table into docs/performance.md, between the marks with its name.
// BENCH_ROUNDS, BENCH_SECONDS, BENCH_NODE (the node that runs the servers), BENCH_FLAGS (its flags for ours), BENCH_ROWS (log10 of the most).
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stayOffTheServersCore } from './cores.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const changed = (name) => statSync(join(here, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  console.error('npm ci in test/bench');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const { parts } = await import('./parts.mjs'); // needs what was just installed
const { printTable, writeTable } = await import('./report.mjs');
const given = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const chosen = given.includes('all') ? Object.keys(parts) : given.length > 0 ? given : ['endpoints'];
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')} and all`);
  process.exit(2);
}

for (const name of chosen) {
  stayOffTheServersCore();
  const table = await parts[name]();
  printTable(table);
  if (process.argv.includes('--write')) writeTable(name, table);
}
