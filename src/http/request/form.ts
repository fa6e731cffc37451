import type { IncomingMessage } from 'node:http';
import { type Fault, faults } from '../../protocol/fault-sentences.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { type Parameters, parseParameters } from '../../protocol/parameters.js';
import { hasBody, receiveBody } from './body.js';

const refusal = (status: number, fault: Fault): OAuthError => new OAuthError('invalid_request', { status, fault });

const formType = 'application/x-www-form-urlencoded';

/** @param contentType RFC 9110 §8.3 */
function assertFormType(contentType: string): void {
  if (contentType === formType) return;
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  if (type !== formType) throw refusal(415, faults.bodyNoForm);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) throw refusal(415, faults.bodyNotUtf8);
}

/** Asserts that the body is what RFC 6749 Appendix B asks for: a form, in UTF-8 and not compressed. */
function assertForm({ headers }: IncomingMessage): void {
  assertFormType(headers['content-type'] ?? '');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw refusal(415, faults.bodyCompressed);
}

/**
 * The parameters of a form body (RFC 6749 Appendix B); a request without a body has none.
 * @throws OAuthError invalid_request, with 408, 413 or 415 where that is the reason
 */
export async function readForm(req: IncomingMessage): Promise<Parameters> {
  if (!hasBody(req)) return parseParameters('');
  assertForm(req);
  return parseParameters((await receiveBody(req)).toString('utf8'));
}

/**
 * The parameters of the query component (RFC 6749 §3.1).
 * @throws OAuthError invalid_request
 */
export function readQuery({ url = '' }: IncomingMessage): Parameters {
  const start = url.indexOf('?');
  return parseParameters(start < 0 ? '' : url.slice(start + 1));
}
