import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Below the range from which the system takes the ports of outgoing connections: one of those could take it in between. */
const lowest = 15_000;
/** What each worker of jest has to itself, or two could be told of one port. */
const stretch = 1_000;
const stretches = 17;

const worker = Number(process.env.JEST_WORKER_ID ?? 1);
const first = lowest + (worker % stretches) * stretch;
let tried = randomInt(stretch);

/** A server on the next port that is free at this moment. */
async function listenSomewhere(): Promise<Server> {
  for (;;) {
    tried += 1;
    const server = createServer().listen(first + (tried % stretch), '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) return server;
  }
}

/** Ports that are free at this moment, for whoever has to know them before it listens. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenSomewhere));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
