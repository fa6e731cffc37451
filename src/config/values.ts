import { isIP } from 'node:net';
import * as z from 'zod';
import { isClaimName, isProtocolClaim } from '../protocol/claims.js';
import { isEmailAddress } from '../protocol/sign-in/identifiers.js';
import { Secret } from './secret.js';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const inMilliseconds = (text: string): number | undefined => {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * units[unit as keyof typeof units];
};

/** `30s`, `3600s`, `1h`, `500ms`, `90d` → milliseconds. A bare number is refused: nobody could know its unit. */
export const duration = (longest = '36500d', shortest = '0s') => {
  const [least = 0, most = 0] = [inMilliseconds(shortest), inMilliseconds(longest)];
  const range = longest === '36500d' ? '' : ` between ${shortest} and ${longest}`;
  return z
    .string()
    .transform((text, context) => {
      const milliseconds = inMilliseconds(text);
      if (milliseconds !== undefined && milliseconds >= least && milliseconds <= most) return milliseconds;
      context.addIssue('not a duration');
      return z.NEVER;
    })
    .meta({ expected: `a duration such as 500ms, 30s, 15m, 1h or 90d${range}` });
};

export const port = () => z.int().min(0).max(65_535).meta({ expected: 'a port, 0 (any free one) to 65535' });

export const count = (least = 1, most = 1_000_000) =>
  z
    .int()
    .min(least)
    .max(most)
    .meta({ expected: `a whole number from ${least} to ${most}` });

export const text = (expected = 'a text that is not empty') => z.string().min(1).meta({ expected });

/** The name of a file; beside a key of the same name without `_file` it holds that key's value. */
export const file = () => text('the name of a file');

const parsedUrl = (value: string): URL | undefined => (URL.canParse(value) ? new URL(value) : undefined);

/** `#rrggbb`, in small letters from here on. */
export const colour = () =>
  z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .toLowerCase()
    .meta({ expected: 'a colour such as #3444c8' });

const kilobytes = (value: string): number => Buffer.byteLength(value) / 1024;

/** Stands in the `style` element of each page, whose end it must not hold (HTML §13.1.2.6). */
export const stylesheetText = () =>
  z
    .string()
    .refine((value) => !/<\/style/i.test(value) && kilobytes(value) <= 64)
    .meta({ expected: 'a style sheet of 64 KB at most' });

/** Stands in each page as an image, so that it can do no more than one. */
export const svgText = () =>
  z
    .string()
    .refine((value) => /^\s*<(\?xml|svg)\b/.test(value) && kilobytes(value) <= 32)
    .meta({ expected: 'an SVG image of 32 KB at most' });

function isKeySet(value: string): boolean {
  try {
    return Array.isArray((JSON.parse(value) as { keys?: unknown } | null)?.keys);
  } catch {
    return false;
  }
}

/** Public keys as others publish theirs (RFC 7517 §5). */
export const keySetText = () => z.string().refine(isKeySet).meta({ expected: 'a JSON Web Key Set, {"keys": […]}' });

/** The URL under which the public reaches a role (OIDC Discovery §3): no query, no fragment, no trailing slash. */
export const publicUrl = () =>
  z
    .string()
    .refine((value) => {
      const url = parsedUrl(value);
      const tail = url?.pathname === '/' ? '' : url?.pathname;
      return /^https?:$/.test(url?.protocol ?? '') && value === `${url?.origin}${tail}` && !value.endsWith('/');
    })
    .meta({ expected: 'an http or https URL in lower case without query, fragment or trailing slash' });

export const httpUrl = () =>
  z
    .string()
    .refine((value) => /^https?:$/.test(parsedUrl(value)?.protocol ?? ''))
    .meta({ expected: 'an http or https URL' });

/** RFC 8707 §2: an absolute URI without fragment. */
export const resourceIdentifier = () =>
  z
    .string()
    .refine((value) => parsedUrl(value) !== undefined && !/[#\s]/.test(value))
    .meta({ expected: 'an absolute URI without a fragment' });

export const origin = () =>
  z
    .string()
    .refine((value) => parsedUrl(value)?.origin === value)
    .meta({ expected: 'an origin such as https://app.example.com' });

/** RFC 6749 §3.3 */
export const scopeToken = () =>
  z
    .string()
    .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/)
    .meta({ expected: 'a scope of printable characters without space, quote or backslash' });

/** The name of a claim about the user: none of the protocol's own (RFC 7519 §4.1). */
export const claimName = () =>
  z
    .string()
    .refine((name) => isClaimName(name) && !isProtocolClaim(name))
    .meta({
      expected: 'the name of a claim, printable, without space and quote, that is none of the protocol such as sub',
    });

const isNetwork = (value: string): boolean => {
  const [address = '', prefix, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined || isIP(prefix) === family) return true; // 10.0.0.0/255.0.0.0 is a network, too
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
};

/** The networks that Express knows by name. */
const namedNetworks = ['loopback', 'linklocal', 'uniquelocal'];

const proxy = () => z.string().refine((value) => namedNetworks.includes(value) || isNetwork(value));

/** How many proxies stand in front, or which: addresses, networks or their names. Nobody by default. */
export const trustedProxies = () =>
  z
    .union([z.int().min(0).max(8), z.array(proxy())])
    .default([])
    // read from the environment as a list is: as YAML, or item by item
    .meta({ type: 'array', items: { type: 'string' } })
    .meta({ expected: 'a number of proxies from 0 to 8, or a list of addresses, networks, loopback, uniquelocal' });

const secretText = (expected: string) => z.string().min(1).meta({ secret: true, expected });

export const secret = (expected = 'a text that is not empty') =>
  secretText(expected).transform((value) => new Secret(value));

/** A PostgreSQL connection string, checked for its shape only: the server is asked at start. */
export const dsn = () =>
  secretText('a connection string such as postgres://user:password@host:5432/database')
    .refine((value) => /^postgres(ql)?:\/\/[^\s]+$/.test(value) && URL.canParse(value))
    .transform((value) => new Secret(value));

/** `address` or `Name <address>` (RFC 5322 §3.4), in one line. */
export const mailAddress = () =>
  z
    .string()
    .transform((value, context) => {
      const [, name = '', address = value] = /^([^<>\p{Cc}]*)<([^<>]+)>$/u.exec(value) ?? [];
      if (isEmailAddress(address) && !/[<>,;:"]/.test(address)) return { name: name.trim(), address };
      context.addIssue('not an address');
      return z.NEVER;
    })
    .meta({ expected: 'an e-mail address, or Name <address>' });

/** 256 bits as base64, base64url or hex. */
export const key256 = () =>
  secretText('32 random bytes as base64, base64url or hex (openssl rand -base64 32)').transform((value, context) => {
    const encoding = /^[0-9a-f]{64}$/i.test(value) ? 'hex' : 'base64';
    const key = Buffer.from(value, encoding);
    if (key.length === 32 && /^[A-Za-z0-9+/_-]{43,64}=?$/.test(value)) return key;
    context.addIssue('not a key');
    return z.NEVER;
  });

/** `name` given directly or as the content of the file `name_file`, never both. */
export const orFile = <Name extends string, Value extends z.ZodType>(name: Name, value: Value) =>
  ({ [name]: value.optional(), [`${name}_file`]: file().meta({ alternativeTo: name }).optional() }) as {
    [K in Name]: z.ZodOptional<Value>;
  } & { [K in `${Name}_file`]: z.ZodOptional<z.ZodString> };

/** Whether something may be asked for: `local` by any program of this machine, `true` with the token where one is set. */
export const shutdownAccess = () =>
  z
    .union([z.boolean(), z.literal('local')])
    .default(true)
    .meta({ type: 'boolean' }) // read from the environment as a flag is: as YAML
    .meta({ expected: 'true, false or local' });

export const flag = (value: boolean) => z.boolean().default(value);
export const list = <Item extends z.ZodType>(item: Item) => z.array(item).default([]);
