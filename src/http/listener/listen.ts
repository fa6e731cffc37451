import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** The address cannot be listened on: says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;

  constructor(message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const remedies: Readonly<Record<string, (bind: string, port: number, setting: string) => string>> = {
  EADDRINUSE: (bind, port, setting) =>
    `port ${port} on ${bind} is already in use: end the process that holds it (\`ss -ltnp 'sport = :${port}'\` names it), or choose another port (${setting})`,
  EACCES: (bind, port, setting) =>
    `port ${port} on ${bind} needs a privilege that this process lacks: choose a port above 1023 (${setting})`,
  EADDRNOTAVAIL: (bind) => `${bind} is no address of this machine: correct the address to bind`,
  ENOTFOUND: (bind) => `the name ${bind} does not resolve: correct the address to bind`,
};

/** Connections that may wait to be accepted; the system has a bound of its own. Whoever finds no place tries again a second later. */
const backlog = 4096;

/** Starts to listen and resolves to the port, which the system chooses where 0 is asked for; `setting` names where it is set. */
export async function listen(server: Server, port: number, bind: string, setting: string): Promise<number> {
  try {
    await once(server.listen({ port, host: bind, backlog }), 'listening');
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException;
    const text = remedies[code]?.(bind, port, setting) ?? `port ${port} on ${bind} cannot be listened on: ${message}`;
    throw new ListenError(text, code, error);
  }
  return (server.address() as AddressInfo).port;
}
