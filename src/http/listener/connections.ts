import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Open connections of all addresses together. */
  readonly max: number;
  /** Of one address block; proxies that are trusted may have `max`. */
  readonly maxPerAddress: number;
}

export interface ConnectionBounds extends ConnectionLimits {
  /** What stands for one stranger: an address, or the network that a stranger commands. */
  blockOf(address: string): string;
  /** Whether an address is a proxy of ours, which brings the connections of many. */
  isTrusted(address: string): boolean;
  /** Told of each connection that is closed to make room. */
  onClosed(reason: 'address' | 'total'): void;
}

/** The connections of one address block. */
interface Block {
  readonly isTrusted: boolean;
  /** Those on which nobody is being answered, the one that has been so for longest first. */
  readonly idle: Set<Socket>;
  count: number;
}

/** The block with most idle connections: taking one from there hurts least. */
function mostIdle(blocks: Iterable<Block>): Block | undefined {
  let found: Block | undefined;
  for (const block of blocks) if (block.idle.size > (found?.idle.size ?? 0)) found = block;
  return found;
}

/** The open connections by address block. */
function createRegister({ blockOf, isTrusted }: ConnectionBounds) {
  const blocks = new Map<string, Block>();
  return {
    total: 0,
    mostIdle: () => mostIdle(blocks.values()),
    enter(socket: Socket): Block {
      const address = socket.remoteAddress ?? '';
      const key = blockOf(address);
      const block = blocks.get(key) ?? { isTrusted: isTrusted(address), idle: new Set(), count: 0 };
      blocks.set(key, block);
      block.idle.add(socket);
      block.count += 1;
      this.total += 1;
      socket.once('close', () => {
        block.idle.delete(socket);
        block.count -= 1;
        this.total -= 1;
        if (block.count === 0) blocks.delete(key);
      });
      return block;
    },
  };
}

interface Connection {
  readonly socket: Socket;
  readonly block: Block;
}

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/**
 * Bounds the open connections of a server, those of each address block and all together, so that nobody keeps others out by
 * holding connections: silent ones, half-sent requests, kept-alive ones that are not used. Where room is scarce, the one
 * that has been idle for longest is closed for the newcomer. A connection is idle until a whole request has come in, and
 * again when that has been answered. To be called before the server listens.
 */
export function boundConnections(server: Server, bounds: ConnectionBounds): void {
  const { max, maxPerAddress, onClosed } = bounds;
  const register = createRegister(bounds);
  // By address and port: with TLS, requests come over another socket than the one that was accepted.
  const open = new Map<string, Connection>();
  const connections = new WeakMap<Socket, Connection>();

  function makeRoom(block: Block | undefined, reason: 'address' | 'total'): void {
    const longestIdle: Socket | undefined = block?.idle.values().next().value;
    if (!longestIdle) return;
    block?.idle.delete(longestIdle);
    longestIdle.destroy();
    onClosed(reason);
  }

  server.prependListener('connection', (socket: Socket) => {
    const name = nameOf(socket);
    const block = register.enter(socket);
    open.set(name, { socket, block });
    socket.once('close', () => open.delete(name));
    // The newcomer is idle, too: where everybody else is being answered, it is the one that goes.
    if (!block.isTrusted && block.count > maxPerAddress) makeRoom(block, 'address');
    else if (register.total > max) makeRoom(register.mostIdle(), 'total');
  });

  server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    const connection = connections.get(req.socket) ?? open.get(nameOf(req.socket));
    if (!connection) return;
    connections.set(req.socket, connection);
    const { socket, block } = connection;
    const isBusy = () => block.idle.delete(socket);
    if (isWhole(req)) isBusy();
    else req.once('end', isBusy);
    res.on('close', () => {
      if (!socket.destroyed) block.idle.add(socket);
    });
  });
}

/** No body is still to come (RFC 9112 §6.3). */
const isWhole = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
