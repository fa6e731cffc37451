import type { IncomingMessage } from 'node:http';
import type { Secret } from '../../config/secret.js';
import { equalInConstantTime } from '../../crypto/digest.js';
import { isLoopback } from '../outbound/addresses.js';

/** Who may use a part of the admin listener: anybody who reaches it, a process of this machine, or who has the token. */
export type AdminAccess = 'open' | 'local' | 'token';

export interface Denial {
  readonly status: 401 | 403;
  readonly reason: string;
}

export interface AccessRules {
  readonly bind: string;
  readonly token?: Secret | undefined;
}

function presentsToken({ headers }: IncomingMessage, token: Secret | undefined): boolean {
  const presented = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (presented === undefined || token === undefined) return false;
  return equalInConstantTime(Buffer.from(presented), Buffer.from(token.reveal()));
}

const localHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;

/**
 * Why a request does not come from a plain program on this machine, if it does not. A page in a browser on this machine
 * could send a form here: browsers give themselves away by Origin or Sec-Fetch-*, rebound names by Host.
 */
function deniedBecause({ headers, socket }: IncomingMessage, bind: string): string | undefined {
  if (!isLoopback(bind)) return 'the listener is not bound to loopback: the token is needed';
  if (!isLoopback(socket.remoteAddress ?? '')) return 'only this machine may do this without the token';
  if (!localHost.test(headers.host ?? '')) return 'Host has to be 127.0.0.1, localhost or [::1]';
  const ofBrowser = Object.keys(headers).some((name) => name === 'origin' || name.startsWith('sec-fetch-'));
  return ofBrowser ? 'browsers may not do this' : undefined;
}

/** Why a request may not do what needs `access`, if it may not. */
export function denialOf(req: IncomingMessage, access: AdminAccess, { bind, token }: AccessRules): Denial | undefined {
  if (access === 'open' || presentsToken(req, token)) return undefined;
  if (access === 'local') {
    const reason = deniedBecause(req, bind);
    return reason === undefined ? undefined : { status: 403, reason };
  }
  if (token === undefined) return { status: 403, reason: 'this needs a token, and admin.token_file is not set' };
  return { status: 401, reason: 'this needs the token of admin.token_file as Authorization: Bearer' };
}
