import type { RequestHandler } from 'express';

export interface CorsPolicy {
  /** Exactly these origins, or everybody. */
  readonly origins: readonly string[] | '*';
  readonly methods: readonly string[];
  /** Request header fields that scripts may set. */
  readonly headers?: readonly string[];
  /** Answer header fields that scripts may read. */
  readonly exposed?: readonly string[];
}

const preflightAge = '600';

/**
 * Lets scripts of other origins read answers (Fetch standard, CORS protocol). Never with credentials: cookies are for pages of our own.
 * To be mounted with `app.use(path, …)` or `app.all`, so that it sees the preflight, too.
 */
export function cors({ origins, methods, headers = [], exposed = [] }: CorsPolicy): RequestHandler {
  const known = new Set(origins === '*' ? [] : origins);
  const allowed = (origin: string): string | undefined => {
    if (origins === '*') return '*';
    return known.has(origin) ? origin : undefined;
  };
  const preflight = {
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Max-Age': preflightAge,
    ...(headers.length > 0 && { 'Access-Control-Allow-Headers': headers.join(', ') }),
  };

  return (req, res, next) => {
    if (origins !== '*') res.vary('Origin');
    const { origin } = req.headers;
    const granted = origin === undefined ? undefined : allowed(origin);
    if (granted !== undefined) res.set('Access-Control-Allow-Origin', granted);
    if (req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined) {
      if (granted !== undefined) res.set(preflight);
      res.status(204).end();
      return;
    }
    if (granted !== undefined && exposed.length > 0) res.set('Access-Control-Expose-Headers', exposed.join(', '));
    next();
  };
}
