import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuthzConfig } from '../../../../src/authz/deps.js';
import { disableClient } from '../../../../src/storage/clients/clients.js';
import { challenge, openAuthz, paths, type TestAuthz, verifier, withAuthz } from '../../../support/authz.js';
import { change, redirectUri } from '../../../support/rows.js';

let authz: TestAuthz;
let client: string;
beforeAll(async () => {
  authz = await openAuthz({ config: { profile: 'production' } });
  client = await authz.addClient({ scope: 'openid profile read:resource' });
});
afterAll(() => authz.close());

const ask = (at: TestAuthz, clientId: string, changes: Record<string, string> = {}) => {
  const parameters = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return at.newBrowser().get(`${paths.authorize}?${new URLSearchParams(parameters)}`);
};

const descriptionOf = (location: string | null) => new URL(location ?? '').searchParams.get('error_description');

describe('I5: an error page names the fault (RFC 6749 §4.1.2.1)', () => {
  it('tells an unknown client from a disabled one and from a missing client_id', async () => {
    const off = await authz.addClient();
    await disableClient(authz.database.transactions, off, change);
    expect((await ask(authz, 'nobody')).text).toContain('client_id names no client that is registered here.');
    expect((await ask(authz, off)).text).toContain('The client that client_id names is switched off.');
    expect((await ask(authz, '')).text).toContain('The parameter client_id is missing.');
  });

  it('shows the redirect_uri that was offered, escaped, and in production none that is registered', async () => {
    const { status, text } = await ask(authz, client, { redirect_uri: `${redirectUri}/"><script>` });
    expect(status).toBe(400);
    expect(text).toContain('redirect_uri is not registered for this client');
    expect(text).toContain(`<code>${redirectUri}/&quot;&gt;&lt;script&gt;</code>`);
    expect(text).not.toContain(`<code>${redirectUri}</code>`);
    expect(text).not.toContain('RFC 6749 §3.1.2.3');
  });

  it('shows no offered value that could be read as a message', async () => {
    const { text } = await ask(authz, client, { redirect_uri: 'https://x.example/ call 555 now' });
    expect(text).not.toContain('call 555');
  });

  it('shows a part of a value that is very long', async () => {
    const { text } = await ask(authz, client, { redirect_uri: `${redirectUri}/${'x'.repeat(4_000)}` });
    expect(text).not.toContain('x'.repeat(600));
  });

  it('shows in the development profile what is registered, and the section', async () => {
    await withAuthz({ config: { profile: 'development' } satisfies Partial<AuthzConfig> }, async (development) => {
      const own = await development.addClient();
      const { text } = await ask(development, own, { redirect_uri: `${redirectUri}/` });
      expect(text).toContain(`<code>${redirectUri}/</code>`);
      expect(text).toContain(`<code>${redirectUri}</code>`);
      expect(text).toContain('<code>RFC 6749 §3.1.2.3</code>');
    });
  });
});

describe('ui_locales (OIDC Core §3.1.2.1)', () => {
  it('is the language of an error page, but for the words of the protocol', async () => {
    const { status, text, headers } = await ask(authz, 'nobody', { ui_locales: 'ja de-AT' });
    expect([status, headers.get('content-language')]).toEqual([400, 'de']);
    expect(text).toContain('Diese Anfrage ist ungültig');
    expect(text).toContain('<span lang="en" dir="ltr">client_id names no client that is registered here.</span>');
  });

  it('changes nothing of what the client is told', async () => {
    const { location } = await ask(authz, client, { ui_locales: 'de', prompt: 'unknown' });
    expect(descriptionOf(location)).toContain('prompt holds a value other than none, login, consent, select_account');
  });
});

describe('I5: error_description names the fault (RFC 6749 §4.1.2.1)', () => {
  it.each([
    [{ code_challenge_method: 'plain' }, 'code_challenge_method is not S256, the only one that is supported.'],
    [{ code_challenge_method: '' }, expect.stringMatching(/^code_challenge_method is missing/)],
    [{ code_challenge: '' }, 'code_challenge is missing: this client has to use PKCE.'],
    [{ response_type: 'token' }, 'response_type is not code, the only one that is supported.'],
    [{ response_type: '' }, 'The parameter response_type is missing.'],
    [{ prompt: 'none login' }, 'prompt holds none beside another value.'],
    [{ scope: 'openid write:resource' }, 'scope holds one that the client is not registered for.'],
    [{ resource: 'https://nowhere.example' }, 'resource names none that is known here.'],
  ])('of the answer to a request with %j', async (changes, sentence) => {
    expect(descriptionOf((await ask(authz, client, changes)).location)).toEqual(sentence);
  });
});

describe('I5: error_description names the fault (RFC 6749 §5.2)', () => {
  type Refusal = { readonly error_description: string };
  const exchange = async (changes: Record<string, string>) => {
    const form = { grant_type: 'authorization_code', client_id: client, redirect_uri: redirectUri, ...changes };
    return (await authz.token<Refusal>(form)).json.error_description;
  };
  const code = async () => authz.code(client, await authz.addUser());

  it('tells what does not fit a code', async () => {
    const good = { code: await code(), code_verifier: verifier };
    expect(await exchange({ ...good, redirect_uri: `${redirectUri}/` })).toBe(
      'redirect_uri is not the one of the authorization request.',
    );
    expect(await exchange({ code: good.code })).toMatch(/^code_verifier is missing/);
    expect(await exchange({ ...good, code_verifier: 'x'.repeat(43) })).toBe(
      'code_verifier does not fit the code_challenge.',
    );
  });

  it('does not tell an unknown code from one that is used, expired or of another client', async () => {
    const [used, expired] = [await code(), await code()];
    const foreign = await authz.code(await authz.addClient(), await authz.addUser());
    expect(await exchange({ code: used, code_verifier: verifier })).toBeUndefined();
    const told = [
      await exchange({ code: used, code_verifier: verifier }),
      await exchange({ code: foreign, code_verifier: verifier }),
      await exchange({ code: foreign, code_verifier: 'x'.repeat(43) }),
      await exchange({ code: used }),
      await exchange({ code: 'unknown', code_verifier: verifier }),
    ];
    authz.clock.advance(61_000);
    told.push(await exchange({ code: expired, code_verifier: verifier }));
    expect([...new Set(told)]).toEqual([
      'The authorization code is unknown, expired, used, revoked or of another client.',
    ]);
  });

  it('does not tell an unknown client from a wrong secret', async () => {
    const confidential = await authz.addClient({}, 'a secret');
    const answers = await Promise.all(
      ['nobody', confidential].map((id) =>
        authz.token<Refusal>({ grant_type: 'client_credentials', client_id: id, client_secret: 'wrong' }),
      ),
    );
    expect(answers[0]?.text).toBe(answers[1]?.text);
  });
});
