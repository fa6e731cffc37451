import type { Express } from 'express';
import type { Checks, Health } from './operations/health.js';
import type { RefusalPages } from './request/refusal.js';

/** What authz, idp, rs and spa-rp are to the process that plays them. */
export interface Role {
  /** Adds the role's routes. */
  mount(app: Express): void;
  /** What the readiness of the process asks of this role. */
  readonly checks: Checks;
  /** Of the role's public health endpoint. */
  readonly health: Health;
  /** How the shell refuses people who visit this role; without it, in JSON. */
  readonly refusalPages?: RefusalPages;
  /** Writes what is still in memory, and lets go of what the role holds. */
  stop(): Promise<void>;
}
