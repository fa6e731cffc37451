import express from 'express';
import type { Clock } from '../../clock.js';
import type { HttpConfig } from '../../config/configuration.js';
import type { Random } from '../../crypto/random.js';
import type { RoleName } from '../../protocol/endpoints.js';
import type { Log } from '../../telemetry/log/logger.js';
import { apiHeaders } from '../browser/headers.js';
import { type AdmissionLimits, admission } from './admission.js';
import { errorHandler } from './error-handler.js';
import { notFound } from './not-found.js';
import { withoutPublicPath } from './public-path.js';
import { createRefuse, type RefusalPages } from './refusal.js';
import { requestShell } from './shell.js';

export interface AppOptions {
  readonly role: RoleName;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly http: Pick<HttpConfig, 'trustProxy' | 'requestTimeout' | 'tls'> & AdmissionLimits;
  /** Adds the role's routes. */
  mount(app: express.Express): void;
  /** For those who ask for pages; without it, refusals are JSON. */
  readonly refusalPages?: RefusalPages | undefined;
  /** Whether the public URL is https (Strict-Transport-Security); by default whether TLS ends here. */
  readonly secure?: boolean;
  /** The path of the public URL, without a slash at its end; empty or absent where it has none. */
  readonly publicPath?: string;
}

/** Lean: what is not asked for is not computed. Paths are compared exactly, so that there is one spelling of each. */
function createBareApp(trustProxy: HttpConfig['trustProxy']): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', typeof trustProxy === 'number' ? trustProxy : [...trustProxy]);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  return app;
}

/** The shell that every role stands in; `mount` fills it. */
export function createApp(options: AppOptions): express.Express {
  const { role, log, clock, random, http } = options;
  const app = createBareApp(http.trustProxy);
  const refuse = createRefuse(options.refusalPages);
  const headers = apiHeaders({ secure: options.secure ?? http.tls !== undefined });
  if (options.publicPath) app.use(withoutPublicPath(app, options.publicPath));
  app.use(requestShell({ role, log, random, headers, requestTimeout: http.requestTimeout }));
  app.use(admission({ role, log, clock, limits: http }));
  options.mount(app);
  app.use(notFound(app, refuse));
  app.use(errorHandler({ log, refuse }));
  return app;
}
