// The tests of e2e/ run dist/: an older one than its sources would be tested without a word.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';

/** What a build writes last (src/spa-rp/browser/build.mjs). */
const lastBuilt = 'dist/src/spa-rp/assets/manifest.json';
const sources = ['src', 'migrations', 'tsconfig.json'];

/** Milliseconds since the epoch; 0 for what is not there. */
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Folders count as well: a file that was deleted shows in the folder that it was in. */
const withContents = (path) => [
  path,
  ...(statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((name) => `${path}/${name}`) : []),
];

/** Builds when a source has changed since the last build. */
export function ensureFreshBuild() {
  const builtAt = changedAt(lastBuilt);
  const changed = sources.flatMap(withContents).find((path) => changedAt(path) > builtAt);
  if (changed === undefined) return;
  console.log(`\n${changed} is newer than dist/: building`);
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('dist/ is older than its sources and cannot be built: see above');
}
