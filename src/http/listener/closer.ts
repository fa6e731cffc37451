import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Ends a server: resolves when its last connection is gone. May be called again. */
export type Close = () => Promise<void>;

const place = Symbol('place');

type Answering = ServerResponse & { [place]?: number };

/**
 * The responses that are under way. An array that is filled from its end, since a Set that changes with every request keeps those
 * of before from being collected young: V8 leaves what was in it in the tables that it outgrew, each with a link to the next.
 */
function createUnderWay() {
  const all: Answering[] = [];
  return {
    all: all as readonly ServerResponse[],
    add(res: Answering): void {
      res[place] = all.push(res) - 1;
    },
    delete(res: Answering): void {
      const last = all.pop();
      if (!last || last === res || res[place] === undefined) return;
      all[res[place]] = last;
      last[place] = res[place];
    },
  };
}

/**
 * Follows the requests that a server is answering, so that it can end without breaking one: it stops accepting, tells
 * clients on kept-alive connections to go, waits for what is in flight up to `timeout` (ms), and then cuts what is left.
 * To be called before the application gets its first request.
 */
export function createCloser(server: Server, timeout: number, onForced: (requests: number) => void): Close {
  const inFlight = createUnderWay();
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
    for (const res of inFlight.all) askToClose(res);
    server.closeIdleConnections();
    const timer = setTimeout(() => {
      if (inFlight.all.length > 0) onForced(inFlight.all.length);
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
