/** An error as the page tells it: what happened, what to do, and the technical word for whoever has to look deeper. */
export interface Explanation {
  readonly title: string;
  readonly words: string;
  readonly code?: string | undefined;
}

/** What the page was doing when it failed: the same error means different things in different places. */
export type Step = 'sign-in' | 'refresh' | 'userinfo' | 'api' | 'sign-out';

/** Who was asked in each step, as the reader sees it in the address bar. */
export type Parties = Readonly<Record<'issuer' | 'api', string>>;

type Text = readonly [title: string, words: string];

/** Error codes of RFC 6749 §4.1.2.1 and OIDC Core §3.1.2.6, as they come back to the redirect URI. */
const authorizationErrors: Readonly<Record<string, Text>> = {
  access_denied: [
    'You said no',
    'Access was denied, so this application received nothing. Sign in again to change your mind.',
  ],
  login_required: ['You have to sign in again', 'The session at the identity provider has ended, or there was none.'],
  consent_required: [
    'Your consent is needed',
    'The identity provider wants to ask you before it shares anything. Sign in to be asked.',
  ],
  interaction_required: [
    'The identity provider has a question',
    'It cannot answer without showing you a page. Sign in to see it.',
  ],
  account_selection_required: ['Which account?', 'You are signed in to several accounts. Sign in to choose one.'],
  invalid_scope: ['Too much was asked for', 'This application asked for permissions that it is not registered for.'],
  unauthorized_client: [
    'This application is not allowed to sign you in',
    'The identity provider does not let this application use this way of signing in.',
  ],
  temporarily_unavailable: [
    'The identity provider is busy',
    'It cannot serve you at the moment. Wait a little and try again.',
  ],
  server_error: [
    'The identity provider failed',
    'Something went wrong there, not here. Try again; if it stays, tell the operator.',
  ],
};

/** Error codes of the token endpoint (RFC 6749 §5.2). */
const tokenErrors: Readonly<Record<string, Text>> = {
  invalid_grant: [
    'These credentials are used up',
    'The code or refresh token has expired, was used before or was revoked. Sign in again.',
  ],
  invalid_client: [
    'This application is not known',
    'The identity provider does not recognise this application, or it was disabled.',
  ],
  temporarily_unavailable: [
    'The identity provider is busy',
    'It cannot issue tokens at the moment. Wait a little and try again.',
  ],
};

/** Error codes of a protected resource (RFC 6750 §3.1). */
const challengeErrors: Readonly<Record<string, Text>> = {
  invalid_token: [
    'The access token is no longer good',
    'It has expired or was revoked. Refresh the tokens and try again.',
  ],
  insufficient_scope: ['The access token may not do this', 'It is good, but it was not issued for this action.'],
  insufficient_user_authentication: [
    'It has to be surer that it is you',
    'Your sign-in was too long ago, or not by enough. Confirm that it is you, then try again.',
  ],
  invalid_request: ['The request was malformed', 'The protected resource could not read the token in it.'],
};

/** Codes of the library and of this page. */
const localErrors: Readonly<Record<string, Text>> = {
  no_sign_in_pending: [
    'This answer belongs to no sign-in',
    'It was not started in this tab, or it was used already. Nothing was accepted; sign in again.',
  ],
  subject_changed: [
    'These tokens are for somebody else',
    'The identity provider answered for another user. The tokens were thrown away.',
  ],
  no_refresh_token: [
    'There is nothing to refresh with',
    'The identity provider gave no refresh token: offline access was not granted. Sign in again instead.',
  ],
  OAUTH_INVALID_RESPONSE: [
    'This answer does not belong to your sign-in',
    'Its state, issuer or ID token is not the one that this tab expects, so it was refused. Sign in again.',
  ],
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: [
    'The ID token is not for this sign-in',
    'Its nonce, issuer or audience is not the expected one, so it was refused. Sign in again.',
  ],
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: [
    'The clocks disagree',
    'By this device’s clock the ID token is not valid now. Check date and time, then sign in again.',
  ],
  OAUTH_TIMEOUT: ['No answer in time', 'The server took too long. Check the connection and try again.'],
  OAUTH_RESPONSE_IS_NOT_CONFORM: [
    'An unexpected answer',
    'The server answered with a status that makes no sense here. Try again later.',
  ],
  OAUTH_MISSING_SERVER_METADATA: ['The identity provider cannot do this', 'It announces no endpoint for it.'],
};

interface ErrorLike {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly error?: unknown;
  readonly cause?: unknown;
  readonly message?: unknown;
}

interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

const unknown: Text = [
  'That did not work',
  'Something unexpected happened. Try again; if it stays, tell the operator.',
];

const told = ([title, words]: Text, code?: unknown): Explanation => ({
  title,
  words,
  ...(typeof code === 'string' ? { code } : {}),
});

/** A challenge without an error asks for a token (RFC 6750 §3.1); one for scope names what is missing. */
function explainChallenge(challenges: readonly Challenge[]): Explanation {
  const parameters = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters ?? {};
  const { error, scope } = parameters;
  if (error === undefined)
    return told(['A token is needed', 'The protected resource saw no access token. Sign in again.']);
  const known = told(challengeErrors[error] ?? unknown, error);
  return scope ? { ...known, words: `${known.words} What is missing: ${scope}.` } : known;
}

/** How Chromium, Safari and Firefox name a request that brought no answer; a refused port and a refused origin look alike. */
const noAnswer = /failed to fetch|load failed|networkerror/i;

const unreachable = (step: Step, parties: Parties): Explanation => {
  const host = step === 'api' ? parties.api : parties.issuer;
  return {
    title: 'No connection',
    words: `${host} cannot be reached. Check the network and try again.`,
    code: 'network',
  };
};

/** Tells an error in words. */
export function explain(error: unknown, step: Step, parties: Parties): Explanation {
  const { name, code, error: oauthCode, cause, message } = (error ?? {}) as ErrorLike;
  const wire = String(oauthCode);
  if (code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return explainChallenge(cause as readonly Challenge[]);
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') return told(authorizationErrors[wire] ?? unknown, oauthCode);
  if (code === 'OAUTH_RESPONSE_BODY_ERROR') return told(tokenErrors[wire] ?? unknown, oauthCode);
  if (typeof code === 'string' && localErrors[code]) return told(localErrors[code], code);
  if (name === 'TypeError' && noAnswer.test(String(message))) return unreachable(step, parties);
  return told(unknown, code ?? name);
}

/** Tells an answer of the API that is no success; undefined for one that is. */
export function explainAnswer(
  answer: { readonly status: number; readonly retryAfter: string | null; readonly challenge?: unknown },
  parties: Parties,
): Explanation | undefined {
  if (answer.challenge !== undefined) return explain(answer.challenge, 'api', parties);
  if (answer.status < 400) return undefined;
  if (answer.status !== 503) return told(unknown, String(answer.status));
  const wait = answer.retryAfter === null ? 'a little' : `${answer.retryAfter} seconds`;
  return {
    title: 'The protected resource cannot answer now',
    words: `It cannot check tokens at the moment. Wait ${wait} and try again; your token is still good.`,
    code: '503',
  };
}
