/** The `typ` of a logout token (OIDC Back-Channel Logout §2.4). */
export const logoutTokenType = 'logout+jwt';

/** The one member of `events` (OIDC Back-Channel Logout §2.4). */
export const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Seconds. Short, as it is made anew for each attempt (OIDC Back-Channel Logout §4). */
const lifetime = 120;

/** The facts of which a logout token tells (OIDC Back-Channel Logout §2.4). */
export interface LogoutTokenFacts {
  readonly issuer: string;
  readonly clientId: string;
  readonly subject: string;
  /** The `sid` of the ID tokens of the session. */
  readonly sid: string;
  readonly issuedAt: Date;
  readonly jti: string;
}

const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000);

/**
 * Claims of a logout token (OIDC Back-Channel Logout §2.4): always `sub` and `sid`, so that it says what
 * `backchannel_logout_session_required` asks for; never `nonce`, so that it cannot pass for an ID token.
 */
export const logoutTokenClaims = (facts: LogoutTokenFacts): Readonly<Record<string, unknown>> => ({
  iss: facts.issuer,
  sub: facts.subject,
  aud: facts.clientId,
  iat: seconds(facts.issuedAt),
  exp: seconds(facts.issuedAt) + lifetime,
  jti: facts.jti,
  events: { [logoutEvent]: {} },
  sid: facts.sid,
});

/**
 * What a client's answer means (OIDC Back-Channel Logout §2.8): 200 says that it is done, and some frameworks answer 204; 400 that
 * the client will never take it. Any other answer is a client that is not itself right now.
 */
export function decideLogoutDelivery(status: number): 'received' | 'refused' | 'again' {
  if (status >= 200 && status < 300) return 'received';
  return status === 400 ? 'refused' : 'again';
}
