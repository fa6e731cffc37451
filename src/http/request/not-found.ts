import type { Express, Request, RequestHandler } from 'express';
import type { Refuse } from './refusal.js';

/** What is used of the router's layers, which its types leave out. */
interface RouteLayer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): unknown;
}

function layersAt(app: Express, path: string): RouteLayer[] {
  const layers = app.router.stack as unknown as readonly RouteLayer[];
  return layers.filter((layer) => {
    try {
      return layer.route !== undefined && Boolean(layer.match(path));
    } catch {
      return false; // a parameter that cannot be decoded
    }
  });
}

/** Whether a route, of any method, is at a path. */
export const isRoute = (app: Express, path: string): boolean => layersAt(app, path).length > 0;

/** The methods of every route at a path, and GET's companion HEAD (RFC 9110 §9.3.2). */
function allowedMethods(layers: readonly RouteLayer[]): string[] {
  const methods = new Set(layers.flatMap(({ route }) => Object.keys(route?.methods ?? {})));
  const names = [...methods].filter((name) => name !== '_all').map((name) => name.toUpperCase());
  return names.includes('GET') && !names.includes('HEAD') ? [...names, 'HEAD'] : names;
}

/** The pattern of the route that matched, as the code has it: the only form in which a path becomes label or log. */
export function routePattern(req: Request, override?: unknown): string {
  const path: unknown = override ?? req.route?.path;
  if (path === undefined) return 'unmatched';
  return String(Array.isArray(path) ? path[0] : path);
}

/** Answers what no route took: 405 with Allow (RFC 9110 §15.5.6) where the path is known, 404 where it is not. */
export function notFound(app: Express, refuse: Refuse): RequestHandler {
  return (req, res) => {
    const layers = layersAt(app, req.path);
    const methods = allowedMethods(layers);
    if (methods.length > 0) {
      res.locals.route = layers[0]?.route?.path;
      refuse(req, res, {
        status: 405,
        code: 'method_not_allowed',
        message: 'This address does not answer the method of the request.',
        title: 'That did not work',
        headers: { Allow: methods.join(', ') },
      });
      return;
    }
    refuse(req, res, {
      status: 404,
      code: 'not_found',
      message: 'There is nothing at this address.',
      title: 'Page not found',
    });
  };
}
