// What `npm run fuzz -- --requests N --seed S` runs: the fuzz test with N requests for each address, the same for the same S.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } });
const requests = Number(values.requests ?? 5_000);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!Number.isInteger(requests) || requests < 1 || !Number.isInteger(seed)) {
  console.error('fuzz: --requests takes a number above zero, --seed a whole number');
  process.exit(2);
}

console.log(`fuzz: ${requests} requests for each address, seed ${seed}`);
const { status } = spawnSync('npm', ['run', '--silent', 'jest', '--', 'test/e2e/fuzz.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_REQUESTS: String(requests), FUZZ_SEED: String(seed) },
});
process.exitCode = status ?? 1;
