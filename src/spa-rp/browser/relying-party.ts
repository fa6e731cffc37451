import * as client from 'openid-client';
import type { RuntimeConfiguration } from '../runtime-configuration.js';
import { keepSession, keepSignIn, keepSignOut, takeSignIn } from './tab-memory.js';
import { tracedFetch } from './trace-context.js';

/** What a sign-in brought. Lives in this page's memory and nowhere else: a reload forgets it. */
export interface Session {
  readonly subject: string;
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** What the access token was issued for (RFC 6749 §5.1). */
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch, by this device's clock. */
  readonly receivedAt: number;
  readonly expiresAt: number | undefined;
}

export type ApiMethod = 'GET' | 'POST' | 'DELETE';

/** The answer of the API, as far as it is shown. */
export interface ApiAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly body: string;
  /** Seconds after which the API asks to be called again. */
  readonly retryAfter: string | null;
  /** What the API says about the token, where it refuses it (RFC 6750 §3). */
  readonly challenge?: client.WWWAuthenticateChallengeError;
}

/** What an API wants of the sign-in, as it says in its challenge (RFC 9470 §3). */
export interface StepUp {
  readonly acr_values?: string;
  readonly max_age?: string;
}

/** Undefined where the challenge is about something else. */
export function stepUpOf({ challenge }: ApiAnswer): StepUp | undefined {
  const parameters = challenge?.cause.find(({ scheme }) => scheme === 'bearer')?.parameters;
  if (parameters?.error !== 'insufficient_user_authentication') return undefined;
  const { acr_values, max_age } = parameters;
  return { ...(acr_values && { acr_values }), ...(max_age && { max_age }) };
}

/** Faults that are found here and not by the library. */
export class RelyingPartyError extends Error {
  constructor(readonly code: 'no_sign_in_pending' | 'subject_changed' | 'no_refresh_token') {
    super(code);
  }
}

/** An OpenID Connect relying party in a browser: a public client, code flow with PKCE (OAuth 2.1 §4.1, OIDC Core §3.1). */
export interface RelyingParty {
  /** Leaves for the issuer. With `silent`, the answer comes back without a page or as `login_required`. */
  signIn(options?: { silent?: boolean; stepUp?: StepUp }): Promise<void>;
  /** Redeems the answer in `url`: its `state`, `iss` and `nonce` must be those of the sign-in that this tab started. */
  completeSignIn(url: URL): Promise<Session>;
  refresh(session: Session): Promise<Session>;
  userinfo(session: Session): Promise<client.UserInfoResponse>;
  callApi(session: Session, method: ApiMethod): Promise<ApiAnswer>;
  /** Leaves for the issuer to end the session there; it sends the browser back to the start (OIDC RP-Initiated Logout §2). */
  signOut(session: Session): Promise<void>;
}

const loopback = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/;

type Tokens = Awaited<ReturnType<typeof client.refreshTokenGrant>>;

/** A refresh may leave out ID and refresh token, then the old ones stay; its subject has to be the same (OIDC Core §12.2). */
function sessionFrom(tokens: Tokens, asked: string, previous?: Session): Session {
  const subject = tokens.claims()?.sub ?? previous?.subject;
  const idToken = tokens.id_token ?? previous?.idToken;
  const changed = previous !== undefined && previous.subject !== subject;
  if (subject === undefined || idToken === undefined || changed) throw new RelyingPartyError('subject_changed');
  const receivedAt = Date.now();
  const lifetime = tokens.expiresIn();
  return {
    subject,
    idToken,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? previous?.refreshToken,
    scopes: (tokens.scope ?? previous?.scopes.join(' ') ?? asked).split(' '),
    receivedAt,
    expiresAt: lifetime === undefined ? undefined : receivedAt + lifetime * 1000,
  };
}

function discover(runtime: RuntimeConfiguration): Promise<client.Configuration> {
  const issuer = new URL(runtime.issuer);
  const insecure = issuer.protocol === 'http:' && loopback.test(issuer.hostname);
  // The ID token's signature is verified although it comes straight from the issuer: on plain http nothing else proves it.
  const execute = [client.enableNonRepudiationChecks, ...(insecure ? [client.allowInsecureRequests] : [])];
  return client.discovery(issuer, runtime.clientId, undefined, client.None(), {
    execute,
    [client.customFetch]: tracedFetch,
  });
}

/** Asks once; after a failure it asks again. */
function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | undefined;
  return () => {
    answer ??= ask().catch((error) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

async function leaveToSignIn(
  configuration: client.Configuration,
  runtime: RuntimeConfiguration,
  silent: boolean,
  stepUp: StepUp,
) {
  const pending = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    codeVerifier: client.randomPKCECodeVerifier(),
    silent,
  };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${runtime.origin}/callback`,
    scope: runtime.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: 'S256',
    ...(silent ? { prompt: 'none' } : {}),
    ...stepUp,
  });
  keepSignIn(pending);
  location.assign(url);
}

async function redeem(
  configuration: client.Configuration,
  { scope }: RuntimeConfiguration,
  url: URL,
): Promise<Session> {
  const pending = takeSignIn();
  if (!pending) throw new RelyingPartyError('no_sign_in_pending');
  const tokens = await client.authorizationCodeGrant(configuration, url, {
    pkceCodeVerifier: pending.codeVerifier,
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    idTokenExpected: true,
  });
  keepSession();
  return sessionFrom(tokens, scope);
}

async function answerOf(call: Promise<Response>): Promise<ApiAnswer> {
  const challenged = (error: unknown): client.WWWAuthenticateChallengeError => {
    if (error instanceof client.WWWAuthenticateChallengeError) return error;
    throw error;
  };
  const outcome = await call.catch(challenged);
  const challenge = outcome instanceof client.WWWAuthenticateChallengeError ? outcome : undefined;
  const response = outcome instanceof client.WWWAuthenticateChallengeError ? outcome.response : outcome;
  return {
    status: response.status,
    statusText: response.statusText,
    body: await response.text(),
    retryAfter: response.headers.get('retry-after'),
    ...(challenge && { challenge }),
  };
}

export function createRelyingParty(runtime: RuntimeConfiguration): RelyingParty {
  const configuration = once(() => discover(runtime));
  return {
    signIn: async ({ silent = false, stepUp = {} } = {}) =>
      leaveToSignIn(await configuration(), runtime, silent, stepUp),
    completeSignIn: async (url) => redeem(await configuration(), runtime, url),
    async refresh(session) {
      if (session.refreshToken === undefined) throw new RelyingPartyError('no_refresh_token');
      const tokens = await client.refreshTokenGrant(await configuration(), session.refreshToken);
      return sessionFrom(tokens, runtime.scope, session);
    },
    userinfo: async (session) => client.fetchUserInfo(await configuration(), session.accessToken, session.subject),
    callApi: async (session, method) =>
      answerOf(client.fetchProtectedResource(await configuration(), session.accessToken, new URL(runtime.api), method)),
    async signOut(session) {
      const state = client.randomState();
      const url = client.buildEndSessionUrl(await configuration(), {
        id_token_hint: session.idToken,
        post_logout_redirect_uri: `${runtime.origin}/`,
        state,
      });
      keepSignOut(state);
      location.assign(url);
    },
  };
}
