import type { IncomingMessage } from 'node:http';
import { type Fault, faults } from '../../protocol/fault-sentences.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { receiveBody } from './body.js';

const refusal = (status: number, fault: Fault): OAuthError => new OAuthError('invalid_request', { status, fault });

const deepest = 16;

/** Text that a database takes: no NUL, no half of a surrogate pair. */
const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

function isStorable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === deepest) return false;
  return Object.entries(value).every(([name, inner]) => isStorableText(name) && isStorable(inner, depth + 1));
}

/** Undefined for what is no JSON in UTF-8. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/**
 * The object that a JSON body holds (RFC 7591 §3.1).
 * @throws OAuthError invalid_request, with 408, 413 or 415 where that is the reason
 */
export async function readJson(req: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const [type = ''] = (req.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') throw refusal(415, faults.bodyNoJson);
  if ((req.headers['content-encoding'] ?? 'identity') !== 'identity') throw refusal(415, faults.bodyJsonCompressed);
  const value = parse(await receiveBody(req));
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !isStorable(value)) {
    throw refusal(400, faults.bodyNoJsonObject);
  }
  return value as Readonly<Record<string, unknown>>;
}
