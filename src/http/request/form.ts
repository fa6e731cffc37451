import type { IncomingMessage } from 'node:http';
import { OAuthError } from '../../protocol/oauth-error.js';
import { type Parameters, parseParameters } from '../../protocol/parameters.js';

const maxBytes = 64 * 1024;

const refusal = (status: number, detail: string): OAuthError => new OAuthError('invalid_request', { status, detail });

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Asserts that the body is what RFC 6749 Appendix B asks for: a form, in UTF-8, not compressed and not too long. */
function assertForm({ headers }: IncomingMessage): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type !== 'application/x-www-form-urlencoded') throw refusal(415, 'the body is no form');
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) throw refusal(415, 'the form is not in UTF-8');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw refusal(415, 'the form is compressed');
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw refusal(413, 'the form is too long');
}

function readBody(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        req.off('data', onData).pause();
        reject(refusal(413, 'the form is too long'));
      }
    };
    req.on('data', onData);
    req.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    req.once('error', (cause) => reject(new OAuthError('invalid_request', { detail: 'the body was cut off', cause })));
  });
}

/**
 * The parameters of a form body (RFC 6749 Appendix B), at most 64 KiB; a request without a body has none. To be asked once:
 * it consumes the body.
 * @throws OAuthError invalid_request, with 413 or 415 where that is the reason
 */
export async function readForm(req: IncomingMessage): Promise<Parameters> {
  if (!hasBody(req)) return parseParameters('');
  assertForm(req);
  return parseParameters(await readBody(req));
}

/**
 * The parameters of the query component (RFC 6749 §3.1).
 * @throws OAuthError invalid_request
 */
export function readQuery({ url = '' }: IncomingMessage): Parameters {
  const start = url.indexOf('?');
  return parseParameters(start < 0 ? '' : url.slice(start + 1));
}
