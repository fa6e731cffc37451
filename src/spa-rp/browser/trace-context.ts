import type { CustomFetch } from 'openid-client';

const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** One trace for as long as the page is shown: what it asks of token endpoint, userinfo and API is one story (W3C Trace Context §3.2). */
const traceId = hex(16);

/** Documents that anybody may cache are asked for plainly; a header of our own would cost each a preflight. */
const isDocument = (url: string): boolean => url.includes('/.well-known/') || url.endsWith('/jwks');

/** fetch with a `traceparent`, so that the spans of all roles join in one trace. */
export const tracedFetch: CustomFetch = (url, options) => {
  const headers = isDocument(url) ? options.headers : { ...options.headers, traceparent: `00-${traceId}-${hex(8)}-01` };
  return fetch(url, { ...options, headers } as RequestInit);
};
