// What `npm test` runs: types, lint, build, then every jest project. Ends with one line that counts it all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const npm = (...script) => spawnSync('npm', ['run', '--silent', ...script], { stdio: 'inherit' }).status === 0;

const started = performance.now();
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const step of ['types', 'lint', 'build']) {
  const ok = npm(step);
  counts[ok ? 'passed' : 'failed'] += 1;
  console.log(`${step}: ${ok ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
}

const folder = mkdtempSync(join(tmpdir(), 'identity-results-'));
const report = join(folder, 'jest.json');
const green = npm('jest', '--', '--ci', '--json', `--outputFile=${report}`, ...process.argv.slice(2));
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
