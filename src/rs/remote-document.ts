import { injectTraceContext, withSpan } from '../telemetry/tracing/tracing.js';

/** No key set, metadata or answer to an introspection is longer. */
const maxBytes = 262_144;

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by a throw cancels the body, so nothing more is received.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Asks the issuer for a JSON document. Redirects are not followed: keys and answers come from where the configuration says.
 * Any failure, any status but 200 and silence for `timeout` milliseconds are an error that names the URL, never what was sent.
 */
export function fetchJson(url: string, timeout: number, init: RequestInit = {}): Promise<unknown> {
  const { host, pathname } = new URL(url);
  const attributes = { 'server.address': host, 'url.path': pathname };
  return withSpan('ask the issuer', attributes, async () => {
    const headers: Record<string, string> = { accept: 'application/json' };
    injectTraceContext(headers);
    try {
      const signal = AbortSignal.timeout(timeout);
      const response = await fetch(url, { ...init, headers, redirect: 'error', signal });
      const text = await readBounded(response);
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      return JSON.parse(text);
    } catch (cause) {
      throw new Error(`no answer from ${url}`, { cause });
    }
  });
}
