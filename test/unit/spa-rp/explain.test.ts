import { describe, expect, test } from '@jest/globals';
import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { explain, explainAnswer, type Step } from '../../../src/spa-rp/browser/explain.js';
import { RelyingPartyError } from '../../../src/spa-rp/browser/relying-party.js';

const parties = { issuer: 'as.example', api: 'api.example' };
const response = new Response(null, { status: 400 });

const redirected = (error: string) =>
  new AuthorizationResponseError('error', { cause: new URLSearchParams({ error }) });
const answered = (error: string) => new ResponseBodyError('error', { cause: { error }, response });
const challenged = (parameters: Record<string, string>) =>
  new WWWAuthenticateChallengeError('error', { cause: [{ scheme: 'bearer', parameters }], response });

const coded = (code: string) => Object.assign(new Error('from the library'), { code });

describe('errors in words', () => {
  test.each<[string, unknown, Step, RegExp]>([
    ['RFC 6749 §4.1.2.1 access_denied', redirected('access_denied'), 'sign-in', /You said no/],
    ['OIDC Core §3.1.2.6 login_required', redirected('login_required'), 'sign-in', /sign in again/],
    ['OIDC Core §3.1.2.6 consent_required', redirected('consent_required'), 'sign-in', /consent/],
    ['RFC 6749 §4.1.2.1 server_error', redirected('server_error'), 'sign-in', /not here/],
    ['RFC 6749 §4.1.2.1 temporarily_unavailable', redirected('temporarily_unavailable'), 'sign-in', /busy/],
    ['RFC 6749 §5.2 invalid_grant', answered('invalid_grant'), 'refresh', /expired, was used before or was revoked/],
    ['RFC 6749 §5.2 invalid_client', answered('invalid_client'), 'sign-in', /not recognise/],
    ['RFC 6750 §3.1 invalid_token', challenged({ error: 'invalid_token' }), 'userinfo', /Refresh the tokens/],
    [
      'RFC 9470 §3 insufficient_user_authentication',
      challenged({ error: 'insufficient_user_authentication', acr_values: 'aal2' }),
      'api',
      /Confirm that it is you/,
    ],
    [
      'RFC 6750 §3.1 insufficient_scope names the scope',
      challenged({ error: 'insufficient_scope', scope: 'delete:resource' }),
      'api',
      /What is missing: delete:resource/,
    ],
    ['RFC 6750 §3 a challenge without an error', challenged({ realm: 'rs' }), 'api', /no access token/],
    [
      'RFC 9207 §2.4, RFC 6749 §10.12 another iss or state',
      coded('OAUTH_INVALID_RESPONSE'),
      'sign-in',
      /state, issuer/,
    ],
    ['OIDC Core §3.1.3.7 another nonce', coded('OAUTH_JWT_CLAIM_COMPARISON_FAILED'), 'sign-in', /nonce/],
    ['OIDC Core §3.1.3.7 a clock that is wrong', coded('OAUTH_JWT_TIMESTAMP_CHECK_FAILED'), 'sign-in', /clock/],
    ['no answer in time', coded('OAUTH_TIMEOUT'), 'sign-in', /too long/],
    ['Chromium, issuer down', new TypeError('Failed to fetch'), 'refresh', /as\.example cannot be reached/],
    ['Safari, API down', new TypeError('Load failed'), 'api', /api\.example cannot be reached/],
    [
      'Firefox, issuer down',
      new TypeError('NetworkError when attempting to fetch resource.'),
      'sign-in',
      /as\.example cannot be reached/,
    ],
    ['an answer to nothing', new RelyingPartyError('no_sign_in_pending'), 'sign-in', /not started in this tab/],
    ['OIDC Core §12.2 another subject', new RelyingPartyError('subject_changed'), 'refresh', /another user/],
    ['RFC 6749 §6 no refresh token', new RelyingPartyError('no_refresh_token'), 'refresh', /offline access/],
    ['a code that nobody knows', redirected('teapot'), 'sign-in', /unexpected/],
    ['a mistake of our own', new TypeError('x is undefined'), 'sign-in', /unexpected/],
    ['nothing at all', undefined, 'sign-in', /unexpected/],
  ])('%s', (_, error, step, words) => {
    const explanation = explain(error, step, parties);
    expect(`${explanation.title} ${explanation.words}`).toMatch(words);
  });

  test('the technical word goes along, what the server sent as description does not', () => {
    const cause = new URLSearchParams({ error: 'access_denied', error_description: '<b>' });
    expect(explain(new AuthorizationResponseError('error', { cause }), 'sign-in', parties)).toEqual({
      title: 'You said no',
      words: expect.any(String),
      code: 'access_denied',
    });
  });
});

describe('answers of the API', () => {
  const answer = (status: number, retryAfter: string | null = null) => ({ status, retryAfter });

  test('a success needs no words', () => expect(explainAnswer(answer(200), parties)).toBeUndefined());

  test.each([
    ['503 with Retry-After', answer(503, '5'), /Wait 5 seconds.*still good/],
    ['503 without', answer(503), /Wait a little/],
    ['another failure', answer(500), /unexpected/],
  ])('%s', (_, failed, words) => expect(explainAnswer(failed, parties)?.words).toMatch(words));
});
