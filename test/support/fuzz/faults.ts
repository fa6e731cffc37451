/** What is wrong with an answer, whatever was asked. */
import { marker, markerHeader } from './requests.js';
import type { RawAnswer, RawRequest } from './wire.js';

const everywhere = ['invalid_request', 'temporarily_unavailable'];
const ofClients = [...everywhere, 'invalid_client', 'unauthorized_client'];
const ofRequests = [
  ...[...ofClients, 'access_denied', 'unsupported_response_type', 'invalid_scope', 'invalid_target'],
  ...['invalid_request_object', 'registration_not_supported', 'invalid_request_uri'],
];

/** The error codes that are registered for an answer in JSON (RFC 6749 §11.4, IANA OAuth Extensions Error). */
const registered: Readonly<Record<string, readonly string[]>> = {
  par: ofRequests,
  // RFC 6749 §5.2, RFC 8628 §3.5, RFC 8707 §2
  token: [
    ...[...ofClients, 'invalid_grant', 'unsupported_grant_type', 'invalid_scope', 'invalid_target'],
    ...['authorization_pending', 'slow_down', 'access_denied', 'expired_token'],
  ],
  introspect: [...ofClients, 'invalid_token'],
  revoke: [...ofClients, 'unsupported_token_type'],
  deviceAuthorization: [...ofClients, 'invalid_scope', 'invalid_target'],
  // RFC 6750 §3.1
  userinfo: [...everywhere, 'invalid_token', 'insufficient_scope'],
  resource: [...everywhere, 'invalid_token', 'insufficient_scope'],
};

function errorCode(body: string): unknown {
  try {
    return (JSON.parse(body) as { error?: unknown } | null)?.error;
  } catch {
    return 'no JSON';
  }
}

/** What HTTP has a status for, and no endpoint was reached: these are not OAuth's. */
const unreached: Readonly<Record<number, readonly string[]>> = { 404: ['not_found'], 405: ['method_not_allowed'] };

function codeFaults(name: string, { status, body }: RawAnswer): readonly string[] {
  const code = errorCode(body);
  const codes = unreached[status] ?? registered[name];
  return codes === undefined || code === undefined || codes.includes(String(code))
    ? []
    : [`${name} answered the error ${String(code)}`];
}

/** A server that is too busy says so, and when to come back (RFC 9110 §15.6.4). */
const isFailure = ({ status, headers }: RawAnswer): boolean =>
  !(status >= 200 && status < 500) && !(status === 503 && headers.has('retry-after'));

export function faultsOf(name: string, request: RawRequest, answer: RawAnswer | undefined): readonly string[] {
  if (!answer) return ['the connection was cut without an answer'];
  const { status, headers, body } = answer;
  const type = headers.get('content-type') ?? '';
  const faults: string[] = [];
  if (isFailure(answer)) faults.push(`status ${status}`);
  if (headers.has(markerHeader)) faults.push('a header came from the request');
  const echoes = body.includes(marker) || body.includes(marker.slice(0, 5)) || body.includes(marker.slice(1, 6));
  if (type.startsWith('text/html') && echoes) faults.push('a page has what was sent as markup');
  if (type.startsWith('application/json') && status >= 400 && request.method !== 'HEAD')
    faults.push(...codeFaults(name, answer));
  return faults;
}
