import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { disableClient } from '../../src/storage/clients/clients.js';
import { disableUser, setPasswordHash } from '../../src/storage/people/user-changes.js';
import { challenge, openAuthz, paths, type TestAuthz, type Tokens, verifier } from '../support/authz.js';
import { type Browser, formsOf } from '../support/browser.js';
import { openIdp, type TestIdp, type TestUser } from '../support/idp.js';
import { change, redirectUri } from '../support/rows.js';

/** authz and idp over one database, and nothing between them but the browser and the interaction's row. */
let authz: TestAuthz;
let idp: TestIdp;
let client: string;
beforeAll(async () => {
  const publicUrls = { idp: '', rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' };
  authz = await openAuthz({ config: { publicUrls } });
  idp = await openIdp({ beside: authz });
  publicUrls.idp = idp.origin;
  client = await authz.addClient({ post_logout_redirect_uris: ['https://client.example/bye'] });
});
afterAll(async () => {
  await idp.close();
  await authz.close();
});

const transactions = () => idp.database.transactions;

/** One person's browser: a jar for each of the two hosts. */
interface Visitor {
  readonly atAuthz: Browser;
  readonly atIdp: Browser;
}

const visitor = (): Visitor => ({ atAuthz: authz.newBrowser(), atIdp: idp.newBrowser() });

/** Over idp, as from a browser that authz does not know: `single-sign-on.test.ts` is about those that it knows. */
async function authorize({ atAuthz }: Visitor, parameters: Record<string, string> = {}): Promise<string> {
  atAuthz.cookies.delete('authz_session');
  const query = new URLSearchParams({
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access',
    state: 's',
    nonce: 'n',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...parameters,
  });
  const { location } = await atAuthz.get(`${paths.authorize}?${query}`);
  const { origin, pathname } = new URL(location ?? '');
  expect(origin).toBe(idp.origin);
  return pathname;
}

async function submit({ atIdp }: Visitor, page: string, fields: Record<string, string>): Promise<string> {
  const [form] = formsOf((await atIdp.get(page)).text);
  const { location } = await atIdp.post(form?.action ?? '', { ...form?.fields, ...fields });
  if (location === null) throw new Error('the form was not taken');
  return location;
}

const expireSessions = (user: TestUser) =>
  idp.database.pool.query('UPDATE sessions SET expires_at = $2 WHERE user_id = $1', [user.id, idp.clock.now()]);

async function signOut({ atIdp }: Visitor): Promise<void> {
  const [form] = formsOf((await atIdp.get('/oidc/v1/logout')).text);
  expect((await atIdp.post(form?.action ?? '', form?.fields ?? {})).status).toBe(200);
}

/** Milliseconds that a person takes for a page: longer than anything is cached. */
const thinking = 10_000;

const login = (user: TestUser) => ({ identifier: user.username, password: user.password });

const answerAt = async ({ atAuthz }: Visitor, resumption: string | null): Promise<URLSearchParams> => {
  const { location } = await atAuthz.get(resumption ?? '');
  expect(location?.startsWith(`${redirectUri}?`)).toBe(true);
  return new URL(location ?? '').searchParams;
};

async function exchange(code: string | null, clientId = client): Promise<Tokens> {
  const answer = await authz.token({
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
  });
  expect(answer.status).toBe(200);
  return answer.json;
}

const userinfo = (token: string) =>
  fetch(`${idp.origin}/oidc/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });

async function signIn(person: Visitor, user: TestUser, parameters: Record<string, string> = {}): Promise<Tokens> {
  const hub = await authorize(person, parameters);
  idp.clock.advance(thinking);
  await submit(person, hub, login(user));
  idp.clock.advance(thinking);
  const resumption = await submit(person, hub, { decision: 'allow' });
  const answer = await answerAt(person, resumption);
  return exchange(answer.get('code'), parameters.client_id);
}

describe('The code flow from authz over idp and back (RFC 6749 §4.1, OIDC Core §3.1)', () => {
  it('ends with tokens for who signed in, in at most 15 statements, audit included', async () => {
    const user = await idp.addUser({ claims: { name: 'Ann Example' } });
    const person = visitor();
    idp.database.statements();
    const tokens = await signIn(person, user);
    await authz.deps.auditBatch.flush();
    await idp.deps.auditBatch.flush();
    const ran = idp.database.statements();
    expect(ran.slice(15)).toEqual([]);
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ sub: user.id, nonce: 'n', acr: 'aal1', amr: ['pwd'] });
    expect(await (await userinfo(tokens.access_token)).json()).toMatchObject({ sub: user.id, name: 'Ann Example' });
  });

  it('denied, or silent without a session: the error at the client, with state and iss', async () => {
    const person = visitor();
    const silent = await person.atIdp.get(await authorize(person, { prompt: 'none' }));
    const required = await answerAt(person, silent.location);
    expect(Object.fromEntries(required)).toMatchObject({ error: 'login_required', state: 's', iss: authz.origin });
    const hub = await authorize(person);
    const [, cancel] = formsOf((await person.atIdp.get(hub)).text);
    const denied = await person.atIdp.post(cancel?.action ?? '', { ...cancel?.fields, decision: 'deny' });
    expect(Object.fromEntries(await answerAt(person, denied.location))).toMatchObject({
      error: 'access_denied',
      state: 's',
    });
  });

  it('a victim lured into another’s sign-in brings him nothing', async () => {
    const [attacker, victim] = [visitor(), visitor()];
    const hub = await authorize(attacker);
    await submit(victim, hub, login(await idp.addUser()));
    const resumption = await submit(victim, hub, { decision: 'allow' });
    expect((await victim.atAuthz.get(resumption)).status).toBe(403);
    expect((await attacker.atIdp.get(hub)).status).toBe(403);
  });

  it('signed out: access token, refresh token and session end at once', async () => {
    const user = await idp.addUser();
    const person = visitor();
    const tokens = await signIn(person, user);
    const request = {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'https://client.example/bye',
      state: 'x',
    };
    const page = `/oidc/v1/logout?${new URLSearchParams(request)}`;
    expect((await person.atIdp.get(page)).location).toBe('https://client.example/bye?state=x');
    expect((await userinfo(tokens.access_token)).status).toBe(401);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '', client_id: client };
    expect((await authz.token<Record<string, unknown>>(refresh)).json.error).toBe('invalid_grant');
    const silent = await person.atIdp.get(await authorize(person, { prompt: 'none' }));
    expect((await answerAt(person, silent.location)).get('error')).toBe('login_required');
  });

  it.each<[string, (tokens: Tokens, code: string) => Record<string, string>]>([
    ['refresh token', ({ refresh_token: token = '' }) => ({ grant_type: 'refresh_token', refresh_token: token })],
    [
      'code',
      (_, code) => ({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }),
    ],
  ])('S10: after a %s was used twice, the user is asked before there is another grant', async (_, formOf) => {
    const [user, person] = [await idp.addUser(), visitor()];
    await signIn(person, user);
    const silent = async () =>
      answerAt(person, (await person.atIdp.get(await authorize(person, { prompt: 'none' }))).location);
    const code = (await silent()).get('code') ?? '';
    const form = { ...formOf(await exchange(code), code), client_id: client };
    await authz.token(form);
    idp.clock.advance(thinking);
    expect((await authz.token<Record<string, unknown>>(form)).json.error).toBe('invalid_grant');
    expect((await silent()).get('error')).toBe('consent_required');
    expect((await person.atIdp.get(await authorize(person))).text).toContain('Allow access?');
  });

  it.each<[string, (user: TestUser, person: Visitor) => Promise<unknown>]>([
    ['the password is set anew', (user) => setPasswordHash(transactions(), user.id, '$argon2id$', change)],
    ['the user is disabled', (user) => disableUser(transactions(), user.id, change)],
    ['his session expires', (user) => expireSessions(user)],
    ['he signs out in another tab', (_, person) => signOut(person)],
  ])('answers that are completed but not yet collected end when %s', async (_name, end) => {
    const user = await idp.addUser();
    const person = visitor();
    await signIn(person, user);
    const [asked, silent] = [await authorize(person), await authorize(person, { prompt: 'none' })];
    const ways = [(await person.atIdp.get(asked)).location, (await person.atIdp.get(silent)).location];
    await end(user, person);
    const answers = [];
    for (const way of ways) answers.push(await person.atAuthz.get(way ?? ''));
    expect([answers[0]?.status, answers[0]?.location]).toEqual([410, null]);
    expect(new URL(answers[1]?.location ?? '').searchParams.get('error')).toBe('login_required');
  });

  it.each<[string, (facts: { user: TestUser; clientId: string }) => Promise<unknown>]>([
    ['user', ({ user }) => disableUser(transactions(), user.id, change)],
    ['client', ({ clientId }) => disableClient(transactions(), clientId, change)],
  ])('a disabled %s is disabled everywhere at once', async (_name, disable) => {
    const own = { scope: 'openid profile offline_access', access_token_format: 'opaque' };
    const [clientId, user, person] = [await authz.addClient(own), await idp.addUser(), visitor()];
    const inHand = await signIn(person, user, { client_id: clientId });
    const back = (await person.atIdp.get(await authorize(person, { client_id: clientId }))).location;
    const code = (await answerAt(person, back)).get('code') ?? '';
    const open = await authorize(person, { client_id: clientId, prompt: 'none' });
    await disable({ user, clientId });
    idp.clock.advance(1_000); // as old as what is remembered of a client may be

    const redeem = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
    const refresh = { grant_type: 'refresh_token', refresh_token: inHand.refresh_token ?? '' };
    for (const form of [redeem, refresh])
      expect((await authz.token({ ...form, client_id: clientId })).status).toBeGreaterThanOrEqual(400);
    expect((await userinfo(inHand.access_token)).status).toBe(401);
    const silent = await person.atIdp.get(open);
    const answer = silent.location === null ? silent : await person.atAuthz.get(silent.location);
    expect(`${answer.status} ${answer.location}`).toMatch(/^(403 null|303 .*error=login_required)/);
  });
});
