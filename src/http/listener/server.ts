import type { IncomingMessage, RequestListener, ServerOptions } from 'node:http';
import https from 'node:https';
import { systemClock } from '../../clock.js';
import type { HttpConfig } from '../../config/configuration.js';
import { addressBlock } from '../../protocol/address-block.js';
import type { Log } from '../../telemetry/log/logger.js';
import { rateLimited } from '../../telemetry/log/rate-limited.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import { http } from '../node-http.js';
import { createCloser } from './closer.js';
import { boundConnections, type ConnectionBounds } from './connections.js';
import { listen } from './listen.js';
import { loadTls, type TlsFiles, tlsPolicy, watchTls } from './tls.js';

/** An Express application, or whatever else answers requests and has prototypes for them. */
export type Application = RequestListener & {
  request: object;
  response: object;
  /** A setting; of Express, `trust proxy fn` says whom to believe. */
  readonly get?: (setting: string) => unknown;
};

export interface Server {
  readonly port: number;
  /** Stops accepting, waits for the requests in flight, then cuts what is left. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly app: Application;
  readonly http: Pick<
    HttpConfig,
    | 'bind'
    | 'readTimeout'
    | 'writeTimeout'
    | 'idleTimeout'
    | 'shutdownTimeout'
    | 'maxConnections'
    | 'maxConnectionsPerAddress'
  >;
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
  readonly log: Log;
  /** Milliseconds between two looks at the TLS files. */
  readonly tlsWatchInterval?: number;
}

/**
 * Requests and responses that are born with the application's prototypes. Express would otherwise give them those by
 * Object.setPrototypeOf, at a cost of 85 µs a request on Node 20; asked to set what is there already, it does nothing.
 * Classes, since V8 then knows from Node's constructors how many members an object will have.
 */
function bornWithPrototypesOf(app: Application) {
  class Request extends http.IncomingMessage {}
  class Response<R extends IncomingMessage> extends http.ServerResponse<R> {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  app.request = Request.prototype;
  app.response = Response.prototype;
  return { IncomingMessage: Request, ServerResponse: Response };
}

/** Read, write and idle time-outs in Node's words. */
function timeouts({ readTimeout, idleTimeout }: ServeOptions['http']): ServerOptions {
  return {
    requestTimeout: readTimeout,
    headersTimeout: readTimeout,
    keepAliveTimeout: idleTimeout,
    // How often Node looks for requests that take too long.
    connectionsCheckingInterval: Math.min(1000, readTimeout),
  };
}

function createTlsServer(options: ServeOptions, files: TlsFiles, settings: ServerOptions) {
  const { log, tlsWatchInterval = 5000 } = options;
  const server = https.createServer({ ...settings, ...tlsPolicy, ...loadTls(files) }, options.app);
  const stopWatching = watchTls(files, tlsWatchInterval, () => {
    try {
      server.setSecureContext({ ...tlsPolicy, ...loadTls(files) });
      log.info('TLS certificate reloaded', { file: files.certFile });
    } catch (error) {
      // One of two files may have been replaced so far; the other's change brings us back here.
      log.warn('TLS certificate not reloaded: the previous one stays', { error });
    }
  });
  return server.once('close', stopWatching);
}

type TrustsProxy = (address: string, hop: number) => boolean;

function boundsOf({ app, http: config, log }: ServeOptions): ConnectionBounds {
  const trusts = app.get?.('trust proxy fn') as TrustsProxy | undefined;
  const { maxConnections: max, maxConnectionsPerAddress: maxPerAddress } = config;
  const report = rateLimited(60_000, systemClock, (suppressed, reason: string) =>
    log.warn('idle connections are closed to make room', { reason, max, max_per_address: maxPerAddress, suppressed }),
  );
  return {
    max,
    maxPerAddress,
    blockOf: addressBlock,
    isTrusted: (address) => trusts?.(address, 0) ?? false,
    onClosed(reason) {
      metrics.turnedAway({ what: 'connection', reason });
      report(reason);
    },
  };
}

/** Listens, with TLS where files for it are given. */
export async function serve(options: ServeOptions): Promise<Server> {
  const { app, http: config, log } = options;
  const settings = { ...timeouts(config), ...bornWithPrototypesOf(app) };
  const server = options.tls ? createTlsServer(options, options.tls, settings) : http.createServer(settings, app);
  server.setTimeout(config.writeTimeout);
  boundConnections(server, boundsOf(options));
  const close = createCloser(server, config.shutdownTimeout, (requests) =>
    log.warn('requests cut off: they took longer than the shutdown may', { requests }),
  );
  const port = await listen(server, options.port, config.bind, 'http.ports or --port');
  return { port, close };
}
