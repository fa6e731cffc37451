import type { ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

/** Header fields that are the same for every answer: made once, set many times. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** What helmet would set, as a list: run per request, it costs more than many an endpoint. */
function headersOf(options: HelmetOptions): HeaderList {
  const headers = new Map<string, string>();
  const recorder = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: (name: string) => headers.delete(name),
  };
  helmet(options)({} as never, recorder as unknown as ServerResponse, () => undefined);
  return [...headers];
}

export function setHeaders(res: ServerResponse, headers: HeaderList): void {
  for (const [name, value] of headers) res.setHeader(name, value);
}

const none = ["'none'"];

/**
 * What every answer carries. Documents of an API load nothing, whatever a browser takes them for. No
 * Cross-Origin-Opener-Policy: it would cut a sign-in that runs in a popup off from the page that opened it.
 */
export const apiHeaders = ({ secure }: { secure: boolean }): HeaderList =>
  headersOf({
    contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': none, 'frame-ancestors': none } },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    strictTransportSecurity: secure && { maxAge: 31_536_000 },
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: { action: 'deny' },
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });

export interface PagePolicy {
  /**
   * `self` for forms that end here. `none-set` for forms whose answer may redirect to a client: Chromium applies the
   * directive to the whole chain of redirects, and clients redirect on to hosts that nobody knows beforehand.
   */
  readonly formAction: 'self' | 'none-set';
  /** `sha256-…` of each inline script and style, without quotes. */
  readonly scriptHashes?: readonly string[];
  readonly styleHashes?: readonly string[];
  /** Further sources, as CSP spells them (`'self'`, `https://authz.example`). */
  readonly scriptSources?: readonly string[];
  readonly styleSources?: readonly string[];
  readonly connectSources?: readonly string[];
  readonly imageSources?: readonly string[];
  readonly frameSources?: readonly string[];
  /** In whose frames the page may be shown; without it, in nobody's. */
  readonly framedBy?: 'anyone';
}

const hashed = (hashes: readonly string[] = [], sources: readonly string[] = []): string[] => [
  ...hashes.map((hash) => `'${hash}'`),
  ...sources,
];

/** The headers of a page, in the place of those of an API: a policy that allows what the page names, and no cache. */
export function pageHeaders(policy: PagePolicy): HeaderList {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    'script-src': hashed(policy.scriptHashes, policy.scriptSources),
    'style-src': hashed(policy.styleHashes, policy.styleSources),
    'connect-src': policy.connectSources ?? [],
    'img-src': policy.imageSources ?? [],
    'frame-src': policy.frameSources ?? [],
    'form-action': policy.formAction === 'self' ? ["'self'"] : [],
  };
  const directives = {
    'default-src': none,
    'base-uri': none,
    ...(policy.framedBy === 'anyone' ? {} : { 'frame-ancestors': none }),
    ...Object.fromEntries(Object.entries(allowed).filter(([, sources]) => sources.length > 0)),
  };
  const [policyHeader] = headersOf({ contentSecurityPolicy: { useDefaults: false, directives } });
  if (!policyHeader) throw new Error('no Content-Security-Policy was made');
  return [policyHeader, ['Cache-Control', 'no-store']];
}

/** A page as it goes out: its text, and the headers that belong to it. */
export interface Page {
  readonly html: string;
  readonly headers: HeaderList;
}
