import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemRandom } from '../../../../src/crypto/random.js';
import { type AccountApiAddress, accountApiAddresses } from '../../../../src/protocol/resource/account-api.js';
import { recognizeDatabase } from '../../../../src/storage/installation.js';
import { ensurePairwiseSecret } from '../../../../src/storage/subjects.js';
import { openAccount } from '../../../support/account.js';
import { spaOrigin } from '../../../support/configuration.js';
import { dump } from '../../../support/dump.js';
import { provider } from '../../../support/federation.js';
import { addGrant, type Grant, isRevoked, jwtFor, opaqueFor } from '../../../support/grants.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient, change } from '../../../support/rows.js';

const both = ['account:read', 'account:write'];
const minute = 60_000;
const elsewhere = provider({ id: 'example', issuer: 'https://example.com' });

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp({ config: { identityProviders: [elsewhere] } });
  client = await addClient(idp.database, { client_name: 'Settings' });
});
afterAll(() => idp.close());

const audience = () => `${idp.origin}/account/api`;
const query = async (text: string, values: unknown[] = []) => (await idp.database.pool.query(text, values)).rows;

/** Somebody who is signed in in a browser, and an application that they let. */
class Person {
  private constructor(
    readonly user: TestUser,
    readonly browser: ReturnType<TestIdp['newBrowser']>,
    readonly grant: Grant,
    readonly token: string,
    readonly sessionId: string,
  ) {}

  static async signedIn(scopes = both): Promise<Person> {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    await openAccount(browser, user);
    const [{ id: sessionId }] = (await query('SELECT id FROM sessions WHERE user_id = $1', [user.id])) as [
      { id: string },
    ];
    const grant = await addGrant(idp, { userId: user.id, clientId: client, scopes, sessionId });
    return new Person(user, browser, grant, await jwtFor(idp, grant, { audience: [audience()] }), sessionId);
  }

  async ask(method: string, path: string, body?: object, token = this.token) {
    const response = await fetch(`${idp.origin}/account/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const challenge = response.headers.get('www-authenticate') ?? '';
    return { status: response.status, challenge, body: text === '' ? undefined : JSON.parse(text) };
  }

  audited = async (type: string) => (await idp.audited(type)).filter(({ user_id: id }) => id === this.user.id);
}

async function addPasskey({ user }: Person, name: string): Promise<string> {
  const credentialId = randomBytes(16);
  await query(
    `INSERT INTO passkeys (credential_id, user_id, public_key, counter, transports, device_type, backed_up, aaguid, name, created_at)
     VALUES ($1, $2, '\\x00', 0, '{}', 'multi', true, '00000000-0000-0000-0000-000000000000', $3,
       $4::timestamptz + (SELECT count(*) FROM passkeys WHERE user_id = $2) * interval '1 millisecond')`,
    [credentialId, user.id, name, idp.clock.now()],
  );
  return credentialId.toString('base64url');
}

const addIdentity = ({ user }: Person, subject: string) =>
  query(
    `INSERT INTO federated_identities (provider, subject, user_id, claims, linked_at) VALUES ('example', $2, $1, '{"label":"ann"}', now())`,
    [user.id, subject],
  );

const addAuthenticator = ({ user }: Person) =>
  query(
    `INSERT INTO totp_authenticators (user_id, sealed_secret, last_step, created_at, last_used_at) VALUES ($1, '\\x00', 1, now(), now())`,
    [user.id],
  );

/** Every method of every address, with something in the place of its parameters. */
const calls = (Object.keys(accountApiAddresses) as AccountApiAddress[]).flatMap((name) =>
  accountApiAddresses[name].methods.map((method): [string, string] => [
    method,
    accountApiAddresses[name].path.replace('/account/api/v1', '').replaceAll(':', 'no-'),
  ]),
);
const bodyFor = (method: string) => (method === 'POST' || method === 'PATCH' ? {} : undefined);

describe('The account API: who may ask (RFC 6750, RFC 9068 §4)', () => {
  it('says where tokens for it are given (RFC 9728 §2, §5.1)', async () => {
    const place = `${idp.origin}/.well-known/oauth-protected-resource/account/api`;
    const answer = await fetch(`${idp.origin}/account/api/v1/profile`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain(`resource_metadata="${place}"`);
    expect(await (await fetch(place)).json()).toMatchObject({
      resource: audience(),
      authorization_servers: [idp.deps.config.issuer],
      scopes_supported: both,
      bearer_methods_supported: ['header'],
    });
  });

  it.each(calls)('%s %s: RFC 6750 §3.1 not with the scope for the other methods', async (method, path) => {
    const person = await somebody;
    const wrong = method === 'GET' ? 'account:write' : 'account:read';
    const token = await jwtFor(idp, { ...person.grant, scopes: [wrong] }, { audience: [audience()] });
    const { status, challenge } = await person.ask(method, path, bodyFor(method), token);
    expect(status).toBe(403);
    expect(challenge).toContain(`scope="${method === 'GET' ? 'account:read' : 'account:write'}"`);
  });

  let somebody: Promise<Person>;
  beforeAll(() => {
    somebody = Person.signedIn();
    return somebody;
  });

  it.each<[string, (person: Person) => string[]]>([
    ['RFC 9068 §4 of userinfo', () => [idp.deps.config.issuer]],
    ['RFC 9068 §4 of another API', () => ['https://api.example/v1']],
  ])('not with a token %s', async (_name, audienceOf) => {
    const person = await somebody;
    for (const token of [
      await jwtFor(idp, person.grant, { audience: audienceOf(person) }),
      await opaqueFor(idp, person.grant, { audience: audienceOf(person) }),
    ]) {
      const { status, challenge } = await person.ask('GET', '/profile', undefined, token);
      expect([status, challenge]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
    }
  });

  it('not with a token that another API could use as well (RFC 8707 §3)', async () => {
    const person = await somebody;
    const token = await jwtFor(idp, person.grant, { audience: [audience(), 'https://api.example/v1'] });
    const { status, challenge } = await person.ask('GET', '/profile', undefined, token);
    expect([status, challenge]).toEqual([401, expect.stringContaining('good at another resource as well')]);
  });

  it('with a token that is good at userinfo as well, JWT or opaque', async () => {
    const person = await somebody;
    const meant = [audience(), idp.deps.config.issuer];
    for (const token of [
      await jwtFor(idp, person.grant, { audience: meant }),
      await opaqueFor(idp, person.grant, { audience: meant }),
    ])
      expect((await person.ask('GET', '/profile', undefined, token)).status).toBe(200);
  });

  it('not once access was withdrawn, and not with the session cookie in the place of a token', async () => {
    const person = await Person.signedIn();
    const cookies = [...person.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const byCookie = await fetch(`${idp.origin}/account/api/v1/profile`, { headers: { cookie: cookies } });
    expect(byCookie.status).toBe(401);
    expect((await person.ask('DELETE', `/applications/${client}`)).status).toBe(204);
    expect((await person.ask('GET', '/profile')).status).toBe(401);
    expect(await isRevoked(idp, person.grant)).toBe(true);
  });

  it('from scripts of the configured origins only', async () => {
    const preflight = (origin: string) =>
      fetch(`${idp.origin}/account/api/v1/passkeys/a`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PATCH' },
      });
    const allowed = await preflight(spaOrigin);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(spaOrigin);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('The account API: a fresh proof (RFC 9470 §3)', () => {
  const sensitive: [string, string, object?][] = [
    ['POST', '/password', { password: 'four words in a line' }],
    ['POST', '/email', { email: 'new@example.com' }],
    ['POST', '/deletion', {}],
    ['PATCH', '/passkeys/a', { name: 'a' }],
    ['DELETE', '/passkeys/a'],
    ['DELETE', '/authenticator'],
    ['DELETE', '/links/example/a'],
    ['GET', '/data'],
  ];

  it('is wanted of what changes how somebody signs in, and of all that is known of them', async () => {
    const person = await Person.signedIn();
    idp.clock.advance(5 * minute + 1_000);
    for (const [method, path, body] of sensitive) {
      const { status, challenge, body: told } = await person.ask(method, path, body);
      expect([method, path, status]).toEqual([method, path, 401]);
      expect(challenge).toContain('error="insufficient_user_authentication"');
      expect(challenge).toContain('max_age="300"');
      expect(told).toMatchObject({ error: 'insufficient_user_authentication' });
    }
    for (const path of ['/profile', '/sessions', '/applications', '/passkeys', '/authenticator', '/links', '/activity'])
      expect([path, (await person.ask('GET', path)).status]).toEqual([path, 200]);
  });

  it('does not outlive the sign-in that it was', async () => {
    const person = await Person.signedIn([...both, 'offline_access']);
    await query('DELETE FROM sessions WHERE id = $1', [person.sessionId]);
    expect((await person.ask('GET', '/profile')).status).toBe(200);
    expect(await person.ask('DELETE', '/authenticator')).toMatchObject({ status: 401 });
  });
});

describe('The account API: details', () => {
  it('are read and changed', async () => {
    const person = await Person.signedIn();
    const { user } = person;
    expect((await person.ask('GET', '/profile')).body).toMatchObject({
      sub: user.id,
      preferred_username: user.username,
      email: user.email,
      email_verified: true,
    });
    expect(await person.ask('PATCH', '/profile', { name: ' Ann ', locale: 'de' })).toMatchObject({ status: 204 });
    expect((await person.ask('GET', '/profile')).body).toMatchObject({ name: 'Ann', locale: 'de' });
    await person.ask('PATCH', '/profile', { name: null });
    const { body } = await person.ask('GET', '/profile');
    expect(body).not.toHaveProperty('name');
    expect(body).toMatchObject({ locale: 'de' });
    const [changed] = await person.audited('user_changed');
    expect(changed).toMatchObject({ context: { change: 'claims set', claims: ['name', 'locale'], client_id: client } });
  });

  it.each<[object, number, object]>([
    [{ email: 'other@example.com' }, 400, { error: 'invalid_request' }],
    [{ groups: ['admin'] }, 400, { error: 'invalid_request' }],
    [{ name: 7 }, 400, { error: 'invalid_request' }],
    [{ name: 'Ann', birthdate: 'yesterday', locale: 'tlh' }, 422, { members: ['birthdate', 'locale'] }],
  ])('%j is refused as a whole', async (body, status, told) => {
    const person = await Person.signedIn();
    expect(await person.ask('PATCH', '/profile', body)).toMatchObject({ status, body: told });
    expect((await person.ask('GET', '/profile')).body).not.toHaveProperty('name');
  });

  it('an address gets the link by which it becomes theirs', async () => {
    const person = await Person.signedIn();
    const email = `new-${randomUUID()}@example.com`;
    expect((await person.ask('POST', '/email', { email })).status).toBe(202);
    expect(await query('SELECT template FROM outgoing_mails WHERE recipient = $1', [email])).toEqual([
      { template: 'change_email' },
    ]);
    for (const bad of ['nowhere', person.user.email])
      expect(await person.ask('POST', '/email', { email: bad })).toMatchObject({ status: 422 });
  });

  it('all that is known of somebody is in one document, without secrets', async () => {
    const person = await Person.signedIn();
    await addPasskey(person, 'Phone');
    const { body } = await person.ask('GET', '/data');
    expect(Object.keys(body)).toEqual([
      ...['account', 'claims', 'sessions', 'applications', 'passkeys', 'authenticator', 'identities', 'activity'],
    ]);
    expect(JSON.stringify(body)).not.toMatch(/hash|secret|public_?key/i);
  });
});

describe('The account API: ways in', () => {
  it('another password ends every other session; this one and the application go on', async () => {
    const person = await Person.signedIn();
    const other = idp.newBrowser();
    await openAccount(other, person.user);
    const password = 'four other words in a line';
    expect(await person.ask('POST', '/password', { password })).toMatchObject({ status: 204 });
    expect((await person.browser.get('/account')).status).toBe(200);
    expect((await other.get('/account')).status).toBe(303);
    expect((await person.ask('GET', '/profile')).status).toBe(200);
    expect((await openAccount(idp.newBrowser(), { ...person.user, password })).status).toBe(200);
    const told = await query('SELECT template FROM outgoing_mails WHERE user_id = $1', [person.user.id]);
    expect(told).toContainEqual({ template: 'password_changed' });
  });

  it.each([
    ['short', 'short'],
    ['aaaaaaaaaaaaaaaaaaaa', 'repetitive'],
  ])('%s is no password', async (password, problem) => {
    const person = await Person.signedIn();
    const answer = await person.ask('POST', '/password', { password });
    expect(answer).toMatchObject({ status: 422, body: { error: 'invalid_value', members: ['password'], problem } });
  });

  it('passkeys are listed, renamed and removed, but for the last where there is no password', async () => {
    const person = await Person.signedIn();
    const [phone, key] = [await addPasskey(person, 'Phone'), await addPasskey(person, 'Key')];
    expect(await person.ask('PATCH', `/passkeys/${phone}`, { name: ' Old\u0007 phone ' })).toMatchObject({
      status: 204,
    });
    expect((await person.ask('PATCH', `/passkeys/${phone}`, { name: ' ' })).status).toBe(422);
    expect((await person.ask('GET', '/passkeys')).body.passkeys).toMatchObject([
      { id: phone, name: 'Old phone', flagged: false, last_used_at: null },
      { id: key, name: 'Key' },
    ]);
    expect((await person.ask('DELETE', `/passkeys/${key}`)).status).toBe(204);
    expect((await person.ask('DELETE', `/passkeys/${key}`)).status).toBe(404);
    await query('UPDATE users SET password_hash = NULL WHERE id = $1', [person.user.id]);
    const last = await person.ask('DELETE', `/passkeys/${phone}`);
    expect(last).toMatchObject({ status: 409, body: { error: 'only_way_in' } });
    expect(await person.audited('passkey_removed')).toMatchObject([{ context: { client_id: client } }]);
  });

  it('the authenticator app is told of and taken away', async () => {
    const person = await Person.signedIn();
    expect((await person.ask('GET', '/authenticator')).body).toEqual({ authenticator: null });
    await addAuthenticator(person);
    expect((await person.ask('GET', '/authenticator')).body).toMatchObject({
      authenticator: { unused_recovery_codes: 0 },
    });
    const unproven = await person.ask('DELETE', '/authenticator');
    expect(unproven).toMatchObject({ status: 401, body: { error: 'insufficient_user_authentication' } });
    await query('UPDATE totp_authenticators SET created_at = $2 WHERE user_id = $1', [person.user.id, idp.clock.now()]);
    expect((await person.ask('DELETE', '/authenticator')).status).toBe(204);
    expect((await person.ask('DELETE', '/authenticator')).status).toBe(404);
  });

  it('an account elsewhere is unlinked, whatever it is called, but for the only way in', async () => {
    const person = await Person.signedIn();
    const subject = `a/b c?${randomUUID()}`;
    await addIdentity(person, subject);
    expect((await person.ask('GET', '/links')).body.links).toMatchObject([
      { provider: 'example', subject, label: 'ann' },
    ]);
    const path = `/links/example/${encodeURIComponent(subject)}`;
    await query('UPDATE users SET password_hash = NULL WHERE id = $1', [person.user.id]);
    expect(await person.ask('DELETE', path)).toMatchObject({ status: 409, body: { error: 'only_way_in' } });
    await addPasskey(person, 'Key');
    expect((await person.ask('DELETE', path)).status).toBe(204);
    expect((await person.ask('DELETE', path)).status).toBe(404);
  });
});

describe('The account API: access', () => {
  it('sessions are listed, and others end one by one or all together', async () => {
    const person = await Person.signedIn();
    const others = [idp.newBrowser(), idp.newBrowser(), idp.newBrowser()];
    for (const browser of others) await openAccount(browser, person.user);
    const { sessions } = (await person.ask('GET', '/sessions')).body;
    const current = sessions.filter((each: { current: boolean }) => each.current);
    expect([sessions.length, current]).toEqual([4, [expect.objectContaining({ id: person.sessionId })]]);
    const other = sessions.find((each: { current: boolean }) => !each.current);
    expect((await person.ask('DELETE', `/sessions/${other.id}`)).status).toBe(204);
    for (const id of [other.id, person.sessionId, 'no-id', randomUUID()])
      expect([id, (await person.ask('DELETE', `/sessions/${id}`)).status]).toEqual([id, 404]);
    expect((await person.ask('DELETE', '/sessions')).status).toBe(204);
    expect((await person.ask('GET', '/sessions')).body.sessions).toHaveLength(1);
    expect((await person.browser.get('/account')).status).toBe(200);
  });

  it('applications are listed, and lose their access', async () => {
    const person = await Person.signedIn();
    const other = await addClient(idp.database, { client_name: 'Another' });
    const grant = await addGrant(idp, { userId: person.user.id, clientId: other, scopes: ['openid'] });
    expect((await person.ask('GET', '/applications')).body.applications).toMatchObject([
      { client_id: other, client_name: 'Another', permissions: ['openid'], current: false },
      { client_id: client, client_name: 'Settings', current: true },
    ]);
    expect((await person.ask('DELETE', `/applications/${other}`)).status).toBe(204);
    expect((await person.ask('DELETE', `/applications/${other}`)).status).toBe(404);
    expect(await isRevoked(idp, grant)).toBe(true);
  });

  it('what happened comes page by page', async () => {
    const person = await Person.signedIn();
    for (let step = 0; step < 52; step++)
      await query(
        `INSERT INTO audit_events (occurred_at, type, user_id, context, expires_at) VALUES ($1, 'sign_in', $2, '{}', $1::timestamptz + interval '1 day')`,
        [new Date(idp.clock.now().getTime() + step), person.user.id],
      );
    const first = (await person.ask('GET', '/activity')).body;
    const second = (await person.ask('GET', `/activity?before=${first.next}`)).body;
    expect([first.activity.length, second.activity.length, second.next]).toEqual([50, 3, null]);
    expect(Object.keys(first.activity[0])).toEqual(['type', 'occurred_at', 'client', 'address', 'change']);
  });

  it('the account is to be deleted: everything ends, the token as well', async () => {
    const person = await Person.signedIn();
    const { status, body } = await person.ask('POST', '/deletion', {});
    const after = idp.clock.now().getTime() + idp.deps.config.lifetimes.accountDeletion;
    expect([status, body]).toEqual([202, { delete_after: new Date(after).toISOString() }]);
    expect((await person.ask('GET', '/profile')).status).toBe(401);
    expect((await person.browser.get('/account')).status).toBe(303);
  });
});

describe('The account API: what is not asked right', () => {
  it('another person’s things are not there', async () => {
    const [person, victim] = [await Person.signedIn(), await Person.signedIn()];
    const passkey = await addPasskey(victim, 'Phone');
    const subject = randomUUID();
    await addIdentity(victim, subject);
    for (const [method, path, body] of [
      ['PATCH', `/passkeys/${passkey}`, { name: 'mine' }],
      ['DELETE', `/passkeys/${passkey}`],
      ['DELETE', `/links/example/${subject}`],
      ['DELETE', `/sessions/${victim.sessionId}`],
    ] as const)
      expect([path, (await person.ask(method, path, body)).status]).toEqual([path, 404]);
    expect((await victim.ask('GET', '/passkeys')).body.passkeys).toMatchObject([{ name: 'Phone' }]);
    expect((await victim.ask('GET', '/links')).body.links).toHaveLength(1);
    expect((await victim.browser.get('/account')).status).toBe(200);
  });

  it('of twenty requests at once that remove what is left to sign in by, one removes, and one way in stays', async () => {
    const person = await Person.signedIn();
    const keys = [await addPasskey(person, 'Phone'), await addPasskey(person, 'Key')];
    await query('UPDATE users SET password_hash = NULL WHERE id = $1', [person.user.id]);
    const asked = Array.from({ length: 20 }, (_, at) => person.ask('DELETE', `/passkeys/${keys[at % 2]}`));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect((await person.ask('GET', '/passkeys')).body.passkeys).toHaveLength(1);
  });

  it('passwords and tokens get into no log and no table', async () => {
    const person = await Person.signedIn();
    const password = `four words and ${randomUUID()}`;
    const opaque = await opaqueFor(idp, person.grant, { audience: [audience()] });
    expect((await person.ask('POST', '/password', { password: 'short' }, opaque)).status).toBe(422);
    expect((await person.ask('POST', '/password', { password }, opaque)).status).toBe(204);
    expect((await person.ask('GET', '/profile', undefined, `${opaque}a`)).status).toBe(401);
    const kept = (await dump(idp.database.dsn)) + idp.logged.join('\n');
    for (const secret of [password, opaque, person.token]) expect(kept).not.toContain(secret);
  });

  it('an application that knows people by names of its own is told that one', async () => {
    const person = await Person.signedIn();
    const { user, sessionId } = person;
    const { keyEncryptionKeys: keys } = idp.deps.config;
    await recognizeDatabase(idp.database.transactions, change);
    await ensurePairwiseSecret(idp.database.transactions, { keys, random: systemRandom });
    const pairwise = await addClient(idp.database, { subject_type: 'pairwise' });
    const grant = await addGrant(idp, { userId: user.id, clientId: pairwise, scopes: both, sessionId });
    const token = await opaqueFor(idp, grant, { audience: [audience()] });
    const profile = (await person.ask('GET', '/profile', undefined, token)).body;
    const data = (await person.ask('GET', '/data', undefined, token)).body;
    expect(profile).toMatchObject({ preferred_username: user.username });
    expect(profile.sub).not.toBe(user.id);
    expect(data.account.sub).toBe(profile.sub);
    await openAccount(idp.newBrowser(), user);
    const { sessions } = (await person.ask('GET', '/sessions', undefined, token)).body;
    const other = sessions.find((each: { current: boolean }) => !each.current);
    expect(JSON.stringify([sessions, data])).not.toContain(sessionId);
    expect((await person.ask('DELETE', `/sessions/${other.id}`, undefined, token)).status).toBe(204);
  });

  it('a body has to be a JSON object, and a method one of the address', async () => {
    const person = await Person.signedIn();
    const headers = { authorization: `Bearer ${person.token}` };
    const send = (init: RequestInit) => fetch(`${idp.origin}/account/api/v1/profile`, init);
    const form = await send({ method: 'PATCH', headers, body: new URLSearchParams({ name: 'Ann' }) });
    const list = await send({
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '[]',
    });
    const wrong = await send({ method: 'PUT', headers });
    expect([form.status, list.status, wrong.status]).toEqual([415, 400, 405]);
    expect(await form.json()).toMatchObject({ error: 'invalid_request' });
  });
});
