import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './addresses.js';

export type OutboundFault =
  | 'url'
  | 'address'
  | 'network'
  | 'timeout'
  | 'status'
  | 'too_large'
  | 'encoding'
  | 'not_json';

/** Something could not be fetched. Names host and reason, never path, query or body. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly fault: OutboundFault,
    host: string,
    detail: string,
    cause?: unknown,
  ) {
    super(`${host}: ${detail}`, cause === undefined ? undefined : { cause });
  }
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** Whether a host may be fetched from although it is private or speaks plain http; listed as `host` or `host:port`. */
export function isAllowListed(url: URL, allowHosts: readonly string[]): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return allowHosts.some((entry) => [url.hostname, `${url.hostname}:${port}`].includes(entry.toLowerCase()));
}

/**
 * The URL, if it is one that may be fetched at all: https (http where the host is listed), no credentials in it, and no
 * private address written out.
 * @throws OutboundError
 */
export function requireFetchable(address: string, allowHosts: readonly string[]): URL {
  if (!URL.canParse(address)) throw new OutboundError('url', 'unknown', 'this is no URL');
  const url = new URL(address);
  const listed = isAllowListed(url, allowHosts);
  if (url.protocol !== 'https:' && !(listed && url.protocol === 'http:')) {
    throw new OutboundError('url', url.host, 'only https is fetched');
  }
  if (url.username !== '' || url.password !== '') throw new OutboundError('url', url.host, 'the URL holds credentials');
  if (!listed && isIP(hostOf(url)) !== 0 && !isPublicAddress(hostOf(url))) {
    throw new OutboundError('address', url.host, 'the address is not public');
  }
  return url;
}

/**
 * Resolves a name once and hands over the very addresses that were looked at, so that the name cannot mean another address a
 * moment later. A name with any private address is refused: it is either a mistake or an attempt.
 */
export const publicLookup: LookupFunction = (hostname, options, done) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error || !first)
      return done(error ?? new OutboundError('network', hostname, 'the name does not resolve'), '', 0);
    if (!addresses.every(({ address }) => isPublicAddress(address))) {
      return done(new OutboundError('address', hostname, 'the address is not public'), '', 0);
    }
    if (options.all) return done(null, addresses);
    return done(null, first.address, first.family);
  });
};
