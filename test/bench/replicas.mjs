// One process of authz against two and four of them, for the same issuer and on the same PostgreSQL.
import { cores, shareAllCores } from './cores.mjs';
import { compare } from './measure.mjs';
import { options, startOurs } from './targets.mjs';

const names = [
  'client_credentials, opaque',
  'client_credentials, JWT ES256',
  'introspection, opaque',
  'refresh with rotation and ID token',
];

/** The same load to one process, and split evenly between several: no process knows more of a request than another. */
export async function replicas() {
  shareAllCores();
  const { stack, target } = await startOurs();
  try {
    const processes = [{ origin: stack.issuer, pid: stack.servers.authz.pid }];
    while (processes.length < 4) processes.push(await stack.replicateAuthz());
    const these = (from, to) => {
      const chosen = processes.slice(from, to);
      return { ...target, origins: chosen.map(({ origin }) => origin), pids: chosen.map(({ pid }) => pid) };
    };
    for (const index of processes.keys()) await compare(names, { cold: these(index, index + 1) }, { rounds: 0 });
    const targets = { one: these(0, 1), two: these(0, 2), four: these(0, 4) };
    const rows = [];
    for (const connections of [32, 128]) {
      const results = await compare(names, targets, { ...options, connections });
      for (const [name, { one, two, four }] of Object.entries(results)) {
        const ratios = [two, four].map(({ perSecond }) => perSecond / one.perSecond);
        const processor = [one, two, four].map((result) => result.processor);
        const failed = String(one.failed + two.failed + four.failed);
        rows.push([name, String(connections), one.perSecond, ...ratios, ...processor, failed]);
      }
    }
    const head = [
      'requests a second',
      'connections',
      'one process',
      'two ÷ one',
      'four ÷ one',
      'CPU µs of one',
      'of two',
      'of four',
      'failed',
    ];
    const note = `Nothing is pinned: the processes, PostgreSQL and the load, which is one thread, share ${cores} ${cores === 1 ? 'core' : 'cores'}. A refresh token comes back to whichever process is next.`;
    return { head, rows, note };
  } finally {
    await stack.stop();
  }
}
