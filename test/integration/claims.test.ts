import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { challenge, openAuthz, paths, type TestAuthz, type Tokens, verifier } from '../support/authz.js';
import { type Browser, formsOf } from '../support/browser.js';
import { openIdp, type TestIdp, type TestUser } from '../support/idp.js';
import { redirectUri } from '../support/rows.js';

/** authz and idp over one database, with claims of the installation's own. */
let authz: TestAuthz;
let idp: TestIdp;
let user: TestUser;
beforeAll(async () => {
  const publicUrls = { idp: '', rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' };
  const claims = { scopes: { groups: ['groups'], employment: ['department', 'cost_center'] } };
  authz = await openAuthz({ config: { publicUrls, claims } });
  idp = await openIdp({ beside: authz, config: { claims } });
  publicUrls.idp = idp.origin;
  user = await idp.addUser({
    claims: { name: 'Ann Example', birthdate: '2000-01-31', groups: ['staff'], department: 'R&D', phone_number: '+31' },
  });
});
afterAll(async () => {
  await idp.close();
  await authz.close();
});

const everyScope = 'openid profile email phone groups employment offline_access';
const addClient = (members: Record<string, unknown> = {}) => authz.addClient({ scope: everyScope, ...members });

/** One person's browser: a jar for each of the two hosts. */
interface Visitor {
  readonly atAuthz: Browser;
  readonly atIdp: Browser;
}

const visitor = (): Visitor => ({ atAuthz: authz.newBrowser(), atIdp: idp.newBrowser() });

async function authorize({ atAuthz }: Visitor, parameters: Record<string, string>) {
  const query = new URLSearchParams({
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...parameters,
  });
  return new URL((await atAuthz.get(`${paths.authorize}?${query}`)).location ?? '');
}

/** Signs in and agrees to everything. @returns the last page before, if there was one, and what the client is told */
async function walk(person: Visitor, parameters: Record<string, string>) {
  let at = await authorize(person, parameters);
  let consent = '';
  for (let step = 0; step < 10; step++) {
    if (at.href.startsWith(redirectUri)) return { consent, answer: Object.fromEntries(at.searchParams) };
    idp.clock.advance(10_000);
    const browser = at.origin === idp.origin ? person.atIdp : person.atAuthz;
    let answer = await browser.get(at.href);
    if (answer.location === null) {
      const [form] = formsOf(answer.text);
      const asksPassword = answer.text.includes('name="password"');
      if (!asksPassword) consent = answer.text;
      const fields = asksPassword ? { identifier: user.username, password: user.password } : { decision: 'allow' };
      answer = await browser.post(form?.action ?? '', { ...form?.fields, ...fields });
    }
    at = new URL(answer.location ?? '', at);
  }
  throw new Error('the sign-in leads in circles');
}

async function exchange(form: Record<string, string>): Promise<Tokens> {
  const answer = await authz.token(form);
  expect([answer.status, answer.json]).toEqual([200, expect.anything()]);
  return answer.json;
}

const userinfo = async ({ access_token: token }: Tokens): Promise<Record<string, unknown>> => {
  const response = await fetch(`${idp.origin}/oidc/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
};

const ofSignIn = ['iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'sid', 'at_hash'];

/** What an ID token says of the person, without what it says of the sign-in. */
const aboutUser = ({ id_token: token = '' }: Tokens): Record<string, unknown> =>
  Object.fromEntries(Object.entries(decodeJwt(token)).filter(([name]) => !ofSignIn.includes(name)));

/** Signs in afresh. */
async function signIn(clientId: string, parameters: Record<string, string>) {
  const person = visitor();
  const { consent, answer } = await walk(person, { client_id: clientId, ...parameters });
  const tokens = await exchange({
    grant_type: 'authorization_code',
    code: answer.code ?? '',
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
  });
  return { person, consent, tokens };
}

const refreshed = (clientId: string, { refresh_token: token = '' }: Tokens) =>
  exchange({ grant_type: 'refresh_token', refresh_token: token, client_id: clientId });

describe('I3: claims of granted scopes in ID tokens (OIDC Core §5.4)', () => {
  it.each([
    ['none without id_token_claims', undefined, {}],
    ['those named', ['name', 'groups', 'email'], { name: 'Ann Example', groups: ['staff'] }],
    [
      'all',
      'all',
      {
        name: 'Ann Example',
        groups: ['staff'],
        preferred_username: expect.any(String),
        updated_at: expect.any(Number),
      },
    ],
  ])('%s', async (_, wanted, expected) => {
    const birthdate = wanted === 'all' ? { birthdate: '2000-01-31' } : {};
    const clientId = await addClient(wanted === undefined ? {} : { id_token_claims: wanted });
    const { tokens } = await signIn(clientId, { scope: 'openid profile groups offline_access' });
    expect(aboutUser(tokens)).toEqual({ sub: user.id, ...birthdate, ...expected });
    const [before, after] = [aboutUser(tokens), aboutUser(await refreshed(clientId, tokens))];
    expect(after).toEqual(before);
  });

  it('as the user is at the time of the refresh, for opaque access tokens too', async () => {
    const clientId = await addClient({ id_token_claims: ['groups'], access_token_format: 'opaque' });
    const { tokens } = await signIn(clientId, { scope: 'openid groups offline_access' });
    await idp.database.pool.query(`UPDATE users SET claims = claims || '{"groups": ["admins"]}' WHERE id = $1`, [
      user.id,
    ]);
    expect(aboutUser(await refreshed(clientId, tokens))).toEqual({ sub: user.id, groups: ['admins'] });
    await idp.database.pool.query(`UPDATE users SET claims = claims || '{"groups": ["staff"]}' WHERE id = $1`, [
      user.id,
    ]);
  });
});

describe('I3: scopes of the installation’s own', () => {
  it('are announced, asked for, consented to in words, and told at userinfo', async () => {
    const discovery = await fetch(`${authz.origin}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({
      scopes_supported: expect.arrayContaining(['openid', 'groups', 'employment']),
      claims_supported: expect.arrayContaining(['sub', 'name', 'groups', 'department', 'cost_center']),
    });
    const { consent, tokens } = await signIn(await addClient(), { scope: 'openid groups employment' });
    expect(consent).toContain('See which groups you belong to');
    expect(consent).toContain('See this about you: department, cost center');
    expect(tokens.scope).toBe('openid groups employment');
    expect(await userinfo(tokens)).toEqual({ sub: user.id, groups: ['staff'], department: 'R&D' });
  });

  it('are refused to a client that is not registered for them', async () => {
    const clientId = await authz.addClient({ scope: 'openid profile' });
    const answer = await authorize(visitor(), { client_id: clientId, scope: 'openid groups' });
    expect(answer.searchParams.get('error')).toBe('invalid_scope');
  });
});

describe('claims parameter (OIDC Core §5.5)', () => {
  const wish = (parameter: object) => ({ claims: JSON.stringify(parameter) });
  const consentTo = async (clientId: string) => {
    const sought = 'SELECT scopes, permissions FROM consents WHERE client_id = $1';
    const { scopes, permissions } = (await idp.database.pool.query(sought, [clientId])).rows[0];
    return { scopes, permissions: permissions.sort() };
  };

  it.each(['jwt', 'opaque'])(
    'gives each place what was asked for there, before and after a refresh: %s',
    async (format) => {
      const clientId = await addClient({ access_token_format: format });
      const { tokens, consent } = await signIn(clientId, {
        scope: 'openid offline_access',
        ...wish({
          userinfo: { name: { essential: true }, groups: null },
          id_token: { birthdate: null, auth_time: { essential: true } },
        }),
      });
      for (const claim of ['name', 'groups', 'birthdate']) expect(consent).toContain(`See this about you: ${claim}`);
      for (const held of [tokens, await refreshed(clientId, tokens)]) {
        expect(aboutUser(held)).toEqual({ sub: user.id, birthdate: '2000-01-31' });
        expect(await userinfo(held)).toEqual({ sub: user.id, name: 'Ann Example', groups: ['staff'] });
      }
    },
  );

  it('userinfo stays one statement', async () => {
    const { tokens } = await signIn(await addClient(), wish({ userinfo: { name: null } }));
    await userinfo(tokens); // keys and clients are remembered for a while
    idp.database.statements();
    await userinfo(tokens);
    expect(idp.database.statements()).toEqual(['find_live_grant']);
  });

  it('is consented to claim by claim, remembered, and never granted in silence', async () => {
    const clientId = await addClient();
    const { person } = await signIn(clientId, { scope: 'openid' });
    const again = (parameters: Record<string, string>) => walk(person, { client_id: clientId, ...parameters });
    const name = wish({ id_token: { name: null } });
    expect((await again({ ...name, prompt: 'none' })).answer.error).toBe('consent_required');
    expect((await again(name)).consent).toContain('more than you allowed before');
    expect((await again({ ...name, prompt: 'none' })).answer.code).toBeDefined();
    const more = wish({ id_token: { name: null }, userinfo: { birthdate: null } });
    expect((await again({ ...more, prompt: 'none' })).answer.error).toBe('consent_required');
    expect(await consentTo(clientId)).toEqual({ scopes: ['openid'], permissions: ['"name"', 'openid'] });
  });

  it('asks nothing more of who allowed the scope that has the claim', async () => {
    const clientId = await addClient();
    const { person } = await signIn(clientId, { scope: 'openid profile' });
    const silent = { client_id: clientId, prompt: 'none', ...wish({ id_token: { name: null } }) };
    expect((await walk(person, silent)).answer.code).toBeDefined();
  });

  it('is limited to what the client is registered for, when it asks and ever after', async () => {
    const clientId = await authz.addClient({ scope: 'openid profile offline_access' });
    const both = { name: null, phone_number: null };
    const { tokens, consent } = await signIn(clientId, {
      scope: 'openid offline_access',
      ...wish({ userinfo: both, id_token: both }),
    });
    expect(consent).not.toContain('phone');
    expect(await userinfo(tokens)).toEqual({ sub: user.id, name: 'Ann Example' });
    const narrowed = `UPDATE clients SET metadata = metadata || '{"scope": "openid offline_access"}' WHERE client_id = $1`;
    await idp.database.pool.query(narrowed, [clientId]);
    idp.clock.advance(10_000);
    expect(await userinfo(tokens)).toEqual({ sub: user.id });
    expect(aboutUser(await refreshed(clientId, tokens))).toEqual({ sub: user.id });
  });

  it('a user wanted by sub is the only answer (§5.5.1)', async () => {
    const clientId = await addClient();
    const { person } = await signIn(clientId, { scope: 'openid' });
    const asking = (sub: object, more = {}) => ({ client_id: clientId, ...wish({ id_token: { sub } }), ...more });
    expect((await walk(person, asking({ value: user.id }, { prompt: 'none' }))).answer.code).toBeDefined();
    const other = asking({ value: 'somebody-else' });
    expect((await walk(person, { ...other, prompt: 'none' })).answer.error).toBe('login_required');
    expect((await walk(person, other)).answer.error).toBe('login_required');
  });

  it('an acr that is essential is met, or refused where it cannot be (§5.5.1.1)', async () => {
    const clientId = await addClient();
    const asking = (value: string) => wish({ id_token: { acr: { essential: true, value } } });
    const { person, tokens } = await signIn(clientId, asking('aal1'));
    expect(decodeJwt(tokens.id_token ?? '').acr).toBe('aal1');
    const { answer } = await walk(person, { client_id: clientId, ...asking('aal2'), prompt: 'none' });
    expect(answer).toMatchObject({ error: 'unmet_authentication_requirements', iss: authz.origin });
    const never = await authorize(visitor(), { client_id: clientId, ...asking('urn:x') });
    expect(never.searchParams.get('error')).toBe('unmet_authentication_requirements');
  });

  it('that is malformed is refused at the redirect URI, with the reason', async () => {
    const answer = await authorize(visitor(), { client_id: await addClient(), claims: '{"userinfo":[]}' });
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({
      error: 'invalid_request',
      error_description: 'userinfo or id_token in claims is not an object of claims.',
    });
  });

  it('an identity provider of an earlier release asks about no claim, and none is granted', async () => {
    const clientId = await addClient();
    const person = visitor();
    const hub = await authorize(person, { client_id: clientId, ...wish({ id_token: { name: null } }) });
    const back = await person.atAuthz.get(await authz.complete(hub.href, authz.success(user.id, ['openid'])));
    const tokens = await exchange({
      grant_type: 'authorization_code',
      code: new URL(back.location ?? '').searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: clientId,
      code_verifier: verifier,
    });
    expect(aboutUser(tokens)).toEqual({ sub: user.id });
  });
});
