import type { IncomingMessage, ServerResponse } from 'node:http';

export type SameSite = 'Lax' | 'Strict' | 'None';

export interface CookieAttributes {
  /** Without it the cookie ends with the browser's session. */
  readonly maxAgeSeconds?: number;
  readonly sameSite: SameSite;
  /** For a value that is no secret, and of use to a script alone. */
  readonly readableByScripts?: boolean;
}

export interface Cookies {
  /** The full name of a cookie: `__Host-` binds it to this very host (RFC 6265bis §4.1.3.2), which needs https. */
  name(base: string): string;
  read(req: IncomingMessage, base: string): string | undefined;
  set(res: ServerResponse, base: string, value: string, attributes: CookieAttributes): void;
  clear(res: ServerResponse, base: string): void;
}

const cookieName = /^[A-Za-z0-9_.-]+$/;
const cookieValue = /^[A-Za-z0-9_.~+/=:-]*$/;

function cookieNamed(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const start = pair.indexOf('=');
    if (start > 0 && pair.slice(0, start).trim() === name) return pair.slice(start + 1).trim();
  }
  return undefined;
}

export interface CookieSurroundings {
  /** The public URL is https. */
  readonly secure: boolean;
  /** The public URL is of this machine: browsers take Secure cookies from there without https. */
  readonly loopback?: boolean;
}

/** Cookies of this host only, and out of reach of scripts unless they are for one. */
export function createCookies({ secure, loopback = false }: CookieSurroundings): Cookies {
  const name = (base: string): string => {
    if (!cookieName.test(base)) throw new TypeError('not a cookie name');
    return secure ? `__Host-${base}` : base;
  };
  // Browsers refuse SameSite=None without Secure.
  const sameSiteOf = (sameSite: SameSite): SameSite => (sameSite === 'None' && !secure && !loopback ? 'Lax' : sameSite);

  function set(res: ServerResponse, base: string, value: string, attributes: CookieAttributes): void {
    const { maxAgeSeconds, readableByScripts = false } = attributes;
    const sameSite = sameSiteOf(attributes.sameSite);
    if (!cookieValue.test(value)) throw new TypeError('not a cookie value');
    const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
    const flags = `${readableByScripts ? '' : '; HttpOnly'}${secure || sameSite === 'None' ? '; Secure' : ''}; SameSite=${sameSite}`;
    res.appendHeader('Set-Cookie', `${name(base)}=${value}; Path=/${age}${flags}`);
  }

  return {
    name,
    read: (req, base) => cookieNamed(req.headers.cookie, name(base)),
    set,
    clear: (res, base) => set(res, base, '', { maxAgeSeconds: 0, sameSite: 'Lax' }),
  };
}
