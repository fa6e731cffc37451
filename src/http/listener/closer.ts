import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Ends a server: resolves when its last connection is gone. May be called again. */
export type Close = () => Promise<void>;

/**
 * Follows the requests that a server is answering, so that it can end without breaking one: it stops accepting, tells
 * clients on kept-alive connections to go, waits for what is in flight up to `timeout` (ms), and then cuts what is left.
 * To be called before the application gets its first request.
 */
export function createCloser(server: Server, timeout: number, onForced: (requests: number) => void): Close {
  const inFlight = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;

  const askToClose = (res: ServerResponse): void => {
    if (!res.headersSent) res.setHeader('Connection', 'close');
  };

  server.prependListener('request', (_req: IncomingMessage, res: ServerResponse) => {
    if (closing !== undefined) askToClose(res);
    inFlight.add(res);
    res.on('close', () => {
      inFlight.delete(res);
      if (closing !== undefined) setImmediate(() => server.closeIdleConnections());
    });
  });

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const res of inFlight) askToClose(res);
    server.closeIdleConnections();
    const timer = setTimeout(() => {
      if (inFlight.size > 0) onForced(inFlight.size);
      server.closeAllConnections();
    }, timeout);
    await closed;
    clearTimeout(timer);
  }

  return () => {
    closing ??= close();
    return closing;
  };
}
