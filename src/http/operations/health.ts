import type { RequestHandler } from 'express';
import type { Clock } from '../../clock.js';
import type { Log } from '../../telemetry/log/logger.js';
import { redactText } from '../../telemetry/log/redaction.js';

export interface Readiness {
  readonly ok: boolean;
  /** What each check says: `ok`, or why not. */
  readonly checks: Readonly<Record<string, string>>;
  /** What an operator has to know although the role can do its work, or most of it. */
  readonly warnings: Readonly<Record<string, string>>;
}

export interface Health {
  /** Whether the process answers at all; asks nobody else, since a restart would not bring a database back. */
  livez(): { readonly ok: true };
  /** Whether the role can do its work. Answers up to a second old are used again. */
  readyz(): Promise<Readiness>;
  /** From now on not ready: balancers are to send requests elsewhere. */
  drain(): void;
}

/** By name, what is needed to do the work: each resolves, or rejects with the reason why it is not there. */
export type Checks = Readonly<Record<string, () => Promise<void>>>;

/** By name, what goes wrong without keeping the role from its work; undefined while nothing does. */
export type Warnings = Readonly<Record<string, () => string | undefined>>;

export interface HealthOptions {
  readonly checks: Checks;
  readonly warnings?: Warnings;
  readonly clock: Clock;
  /** Told when readiness turns. */
  readonly log?: Log;
  /** Milliseconds that a check may take. */
  readonly checkTimeout?: number;
}

const maxAge = 1000;

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  const { message, code, cause } = (error ?? {}) as { message?: string; code?: string; cause?: unknown };
  const own = [code, message].filter(Boolean).join(': ') || String(error);
  return redactText(cause === undefined ? own : `${own} (${reasonOf(cause)})`).slice(0, 300);
}

const described = (warnings: Warnings): Record<string, string> =>
  Object.fromEntries(
    Object.entries(warnings).flatMap(([name, describe]) => {
      const warning = describe();
      return warning === undefined ? [] : [[name, redactText(warning).slice(0, 300)]];
    }),
  );

export function createHealth({ checks, warnings = {}, clock, log, checkTimeout = 2000 }: HealthOptions): Health {
  let draining = false;
  let latest: { readonly at: number; readonly readiness: Promise<Readiness> } | undefined;
  let wasOk: boolean | undefined;

  async function ask(): Promise<Readiness> {
    const results = Object.entries(checks).map(async ([name, check]): Promise<[string, string]> => {
      try {
        await within(checkTimeout, Promise.resolve().then(check));
        return [name, 'ok'];
      } catch (error) {
        return [name, reasonOf(error)];
      }
    });
    const answers = Object.fromEntries(await Promise.all(results));
    const ok = Object.values(answers).every((answer) => answer === 'ok');
    if (wasOk !== ok) log?.[ok ? 'info' : 'warn'](ok ? 'ready' : 'not ready', { checks: answers });
    wasOk = ok;
    return { ok, checks: answers, warnings: described(warnings) };
  }

  return {
    livez: () => ({ ok: true }),
    async readyz() {
      if (draining) return { ok: false, checks: { serving: 'shutting down' }, warnings: {} };
      const now = clock.now().getTime();
      if (!latest || now - latest.at > maxAge) latest = { at: now, readiness: ask() };
      return latest.readiness;
    },
    drain() {
      draining = true;
    },
  };
}

/** The public health endpoint: exactly `body` while the role can work, 503 and another status while it cannot. */
export function publicHealth(health: Health, body: Readonly<Record<string, string>>): RequestHandler {
  const good = JSON.stringify(body);
  const bad = JSON.stringify({ ...body, status: 'unavailable' });
  return async (_req, res) => {
    const { ok } = await health.readyz();
    res.locals.routine = ok; // asked for every few seconds: not worth a line each
    res.status(ok ? 200 : 503).set('Cache-Control', 'no-store');
    res.type('application/json').send(ok ? good : bad);
  };
}
