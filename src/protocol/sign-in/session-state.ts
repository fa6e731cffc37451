import { createHash, createHmac } from 'node:crypto';

/** Where a session stands in a browser that holds several: the one that answers by default, or one that is kept beside it. */
export type SessionPlace = 'current' | 'kept';

/** In the place of a session where nobody is signed in. */
export const nobody = 'nobody';

/**
 * What a script at the provider may read of a session (OIDC Session Management §4.2): another one with each sign-in, as the session's secret
 * is, and nothing that leads back to that.
 * @param secretHash what storage keeps of the secret
 */
export const browserStateOf = (secretHash: Buffer, place: SessionPlace): string =>
  createHmac('sha256', secretHash).update(`browser state, ${place}`).digest().subarray(0, 16).toString('base64url');

/** A cookie's value in which the frame looks for the state that a client was told of (OIDC Session Management §3.2). */
export const browserStateCookie = (current: Buffer | undefined, all: readonly Buffer[]): string =>
  [
    current ? browserStateOf(current, 'current') : nobody,
    ...all.map((secretHash) => browserStateOf(secretHash, 'kept')),
  ].join('.');

interface ToldClient {
  readonly clientId: string;
  /** Where the response goes: the page that will ask has the same origin. */
  readonly redirectUri: string;
}

/**
 * What a client learns of the browser's state (OIDC Session Management §3.2): it can be compared, and leads to nothing.
 * @returns undefined where the response goes to no web page, so that nobody could ever ask
 */
export function sessionState(
  { clientId, redirectUri }: ToldClient,
  browserState: string,
  salt: string,
): string | undefined {
  const { origin } = new URL(redirectUri);
  if (origin === 'null') return undefined;
  const hash = createHash('sha256').update(`${clientId} ${origin} ${browserState} ${salt}`).digest('base64url');
  return `${hash}.${salt}`;
}
