// What `npm test` runs: types, lint, build, then every jest project. Ends with one line that counts it all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether the script ended well. */
async function npm(...script) {
  const [code] = await once(spawn('npm', ['run', '--silent', ...script], { stdio: 'inherit' }), 'exit');
  return code === 0;
}

const started = performance.now();
const counts = { passed: 0, failed: 0, skipped: 0 };

async function check(step) {
  const ok = await npm(step);
  counts[ok ? 'passed' : 'failed'] += 1;
  console.log(`${step}: ${ok ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
}
await Promise.all(['types', 'lint', 'build'].map(check));

const folder = mkdtempSync(join(tmpdir(), 'identity-results-'));
const report = join(folder, 'jest.json');
const green = await npm('jest', '--', '--ci', '--json', `--outputFile=${report}`, ...process.argv.slice(2));
if (existsSync(report)) {
  const results = JSON.parse(readFileSync(report, 'utf8'));
  counts.passed += results.numPassedTests;
  counts.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  counts.skipped += results.numPendingTests + results.numTodoTests;
}
rmSync(folder, { recursive: true });
// A run that broke off, or whose set-up or tear-down failed, may have counted no failure.
if (!green && counts.failed === 0) counts.failed = 1;

console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
