import { describe, expect, it } from '@jest/globals';
import { parseParameters } from '../../../../src/protocol/parameters.js';
import {
  type Hint,
  type HintFacts,
  type LogoutConfirmation,
  type LogoutRequest,
  logoutClientId,
  mustConfirmLogout,
  parseLogoutRequest,
  type ValidatedLogout,
  validateLogout,
} from '../../../../src/protocol/sign-in/logout.js';

const app = { clientId: 'app', postLogoutRedirectUris: ['https://app.example/bye', 'https://app.example/bye?from=op'] };
const hint: HintFacts = { audience: ['app'], subject: 'ann', sessionId: 's1' };
const home = 'https://app.example/bye';

describe('RP-initiated logout (OIDC RP-Initiated Logout §2, §3)', () => {
  it.each<[string, LogoutRequest, Hint, string]>([
    ['§3 hint and registered URI', { post_logout_redirect_uri: home }, hint, home],
    [
      '§3 state is echoed, escaped',
      { post_logout_redirect_uri: home, state: 'a&b=c d' },
      hint,
      `${home}?state=a%26b%3Dc%20d`,
    ],
    [
      '§3 a query of its own stays',
      { post_logout_redirect_uri: `${home}?from=op`, state: 'x' },
      hint,
      `${home}?from=op&state=x`,
    ],
    ['§2 client_id that agrees', { post_logout_redirect_uri: home, client_id: 'app' }, hint, home],
    [
      '§2 hint for several',
      { post_logout_redirect_uri: home, client_id: 'app' },
      { ...hint, audience: ['api', 'app'] },
      home,
    ],
  ])('%s: the browser returns', (_name, request, given, expected) => {
    expect(validateLogout(request, given, app)).toEqual({ client: app, returnTo: expected });
  });

  it.each<[string, LogoutRequest, Hint]>([
    ['§3 no URI', {}, hint],
    ['§2 nothing at all', {}, 'absent'],
    ['§2 state alone', { state: 'x' }, 'absent'],
    ['§2 client_id alone', { client_id: 'app' }, 'absent'],
    ['§2 URI without hint', { post_logout_redirect_uri: home }, 'absent'],
  ])('%s: a page, and no fault', (_name, request, given) => {
    const validated = validateLogout(
      request,
      given,
      request.client_id === undefined && given === 'absent' ? undefined : app,
    );
    expect(validated.returnTo).toBeUndefined();
    expect(validated.fault).toBeUndefined();
  });

  it.each<[string, LogoutRequest, Hint]>([
    ['§3 unregistered URI', { post_logout_redirect_uri: 'https://evil.example/' }, hint],
    ['§3 registered URI with a query added', { post_logout_redirect_uri: `${home}?x=1` }, hint],
    ['§3 registered URI with a slash added', { post_logout_redirect_uri: `${home}/` }, hint],
    ['§3 registered URI in another case', { post_logout_redirect_uri: home.toUpperCase() }, hint],
    ['§2 hint of nobody', { post_logout_redirect_uri: home }, 'invalid'],
    [
      '§2 client_id and an unregistered URI',
      { post_logout_redirect_uri: 'https://evil.example/', client_id: 'app' },
      'absent',
    ],
    [
      '§2 client_id against the audience',
      { post_logout_redirect_uri: home, client_id: 'app' },
      { ...hint, audience: ['other'] },
    ],
  ])('%s: never a redirect', (_name, request, given) => {
    const validated = validateLogout(request, given, app);
    expect(validated.returnTo).toBeUndefined();
    expect(validated.fault).toEqual(expect.any(String));
  });

  it.each<[string, LogoutRequest, Hint]>([
    ['a hint', {}, hint],
    ['client_id', { client_id: 'gone' }, 'absent'],
    ['a hint and client_id', { client_id: 'gone' }, hint],
  ])('§2 %s of a client that is gone is a fault', (_name, request, given) => {
    expect(validateLogout({ ...request, post_logout_redirect_uri: home }, given, undefined)).toEqual({
      fault: expect.any(String),
    });
  });

  it('I8: §2 client_id leads back to a registered URI, but is no proof of who asks', () => {
    const request = { post_logout_redirect_uri: home, client_id: 'app', state: 'x' };
    expect(validateLogout(request, 'absent', app)).toEqual({ returnTo: `${home}?state=x` });
  });

  it.each<[string, boolean, { policy?: LogoutConfirmation; validated?: ValidatedLogout; given?: Hint }]>([
    ['a hint of this session', false, {}],
    ['a hint of this session, where the configuration wants the question', true, { policy: 'always' }],
    ['a fault in the request', true, { validated: { client: app, fault: 'x' } }],
    ['no hint', true, { validated: {}, given: 'absent' }],
    ['a hint of nobody', true, { validated: { fault: 'x' }, given: 'invalid' }],
    ['a hint of another session', true, { given: { ...hint, sessionId: 's2' } }],
    ['a hint that names no session', true, { given: { ...hint, sessionId: undefined } }],
    ['a hint of another user', true, { given: { ...hint, subject: 'bob' } }],
  ])('I8: §2 %s: asked %s', (_name, asked, { policy = 'unless_hinted', validated = { client: app }, given = hint }) => {
    expect(mustConfirmLogout(policy, validated, given, { id: 's1', userId: 'ann' })).toBe(asked);
  });

  it('§2 the client is named by client_id, else by the hint', () => {
    const request = parseLogoutRequest(parseParameters('client_id=app&state=&ui_locales=nl'));
    expect(request).toMatchObject({ client_id: 'app' });
    expect(logoutClientId(request, 'absent')).toBe('app');
    expect(logoutClientId({}, { ...hint, audience: ['other'] })).toBe('other');
    expect(logoutClientId({}, { ...hint, audience: ['other', 'app'] })).toBeUndefined();
    expect(logoutClientId({}, 'invalid')).toBeUndefined();
  });

  it.each(['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'])('%s that fits no Location', (name) =>
    expect(() => parseLogoutRequest(parseParameters(`${name}=${'x'.repeat(12_289)}`))).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    ),
  );
});
