// For a process of the program, by --import: on SIGUSR2 it prints what it has loaded, packages in CommonJS and what is Node's own.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

process.on('SIGUSR2', () => {
  const files = Object.keys(require.cache).map((file) => file.split('/node_modules/').pop());
  process.stdout.write(`loaded ${JSON.stringify([...files, ...process.moduleLoadList])}\n`);
});
