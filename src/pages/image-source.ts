import { webLink } from './html.js';

/**
 * The address of an image as a Content-Security-Policy names it (CSP Level 3 §2.3.1): this one and no other of its host. A
 * query is not part of it. Undefined where the address is none of the web, or would allow more than itself.
 */
export function imageSource(address: string | undefined): string | undefined {
  if (address?.startsWith('data:')) return 'data:';
  if (webLink(address) === undefined || !URL.canParse(address ?? '')) return undefined;
  const { origin, hostname, pathname } = new URL(address ?? '');
  if (hostname.includes('*')) return undefined;
  return origin + pathname.replaceAll(';', '%3B').replaceAll(',', '%2C');
}
