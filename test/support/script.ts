import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Starts a small program, written in TypeScript against `src/`, in a process of its own. */
export async function startScript(name: string, source: string): Promise<ChildProcess> {
  const root = process.cwd();
  const outdir = join(root, 'dist', 'test-support', name);
  await build({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true, // what is imported when it is needed stays so
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return spawn(process.execPath, [join(outdir, 'stdin.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a program has written until it ended, and how it ended. `slowly` leaves its output unread for a while. */
export async function outcome(
  child: ChildProcess,
  slowly = 0,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  if (slowly > 0) await new Promise((resolve) => setTimeout(resolve, slowly));
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}
