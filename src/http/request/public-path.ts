import type { Express, RequestHandler } from 'express';
import { isRoute } from './not-found.js';

/**
 * A role's public URL may have a path, as an issuer may (RFC 8414 §3.1). The proxy in front takes it away or passes it on: both
 * are the same address here. An address of ours that happens to begin like it stays what it is.
 */
export const withoutPublicPath =
  (app: Express, publicPath: string): RequestHandler =>
  (req, _res, next) => {
    if (req.url.startsWith(`${publicPath}/`) && !isRoute(app, req.path)) req.url = req.url.slice(publicPath.length);
    next();
  };
