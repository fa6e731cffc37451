import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { rewrapKeys } from '../../src/administration/keys.js';
import { systemRandom } from '../../src/crypto/random.js';
import { deliverDueLogouts } from '../../src/jobs/deliver-logouts.js';
import { recognizeDatabase } from '../../src/storage/installation.js';
import { createSubjects, ensurePairwiseSecret } from '../../src/storage/subjects.js';
import { administer } from '../support/administration.js';
import { basic, paths, type Tokens } from '../support/authz.js';
import { formsOf } from '../support/browser.js';
import { configuration } from '../support/configuration.js';
import type { TestUser } from '../support/idp.js';
import { logoutDelivery } from '../support/logout.js';
import { change } from '../support/rows.js';
import { openHouse, type TestHouse, toldClient, type Visitor } from '../support/visitor.js';

/** Two clients of one sector, one of another and a public one, in one session of one person. */
let house: TestHouse;
let clients: Readonly<Record<'first' | 'sibling' | 'foreign' | 'plain', string>>;
let person: Visitor;
let user: TestUser;
let tokens: Readonly<Record<keyof typeof clients, Tokens>>;

const secret = 'a secret of some length that is good enough';
const bye = 'https://client.example/bye';
const elsewhere = { sector_identifier_uri: 'https://elsewhere.example/sector.json' };

beforeAll(async () => {
  house = await openHouse();
  const { transactions } = house.authz.database;
  await recognizeDatabase(transactions, change);
  await ensurePairwiseSecret(transactions, { keys: configuration.keyEncryptionKeys, random: systemRandom });
  const pairwise = { subject_type: 'pairwise', post_logout_redirect_uris: [bye] };
  clients = {
    first: await house.authz.addClient(pairwise),
    sibling: await house.authz.addClient({ ...pairwise, access_token_format: 'opaque' }),
    foreign: await house.authz.addClient({ ...pairwise, ...elsewhere }),
    plain: await house.authz.addClient(),
  };
  [person, user] = [house.visitor(), await house.idp.addUser({ claims: { name: 'Ann Example' } })];
  const tokensOf = async (client: string) => house.exchange(client, (await house.signIn(person, client, user)).code);
  const { first, sibling, foreign, plain } = clients;
  tokens = {
    first: await tokensOf(first),
    sibling: await tokensOf(sibling),
    foreign: await tokensOf(foreign),
    plain: await tokensOf(plain),
  };
});
afterAll(() => house.close());

const idTokenOf = (name: keyof typeof clients) => decodeJwt(tokens[name].id_token ?? '');
const subjectOf = (name: keyof typeof clients) => idTokenOf(name).sub;

async function userinfo(token: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${house.idp.origin}/oidc/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as Record<string, unknown>;
}

describe('Pairwise subjects (OIDC Core §8)', () => {
  it('one for each sector (OIDC Core §8.1), and none is the public one', () => {
    expect(subjectOf('plain')).toBe(user.id);
    expect(subjectOf('first')).toMatch(/^[\w-]{22}$/);
    expect(subjectOf('sibling')).toBe(subjectOf('first'));
    expect(subjectOf('foreign')).toMatch(/^[\w-]{22}$/);
    expect(subjectOf('foreign')).not.toBe(subjectOf('first'));
  });

  it('so is the session, which would tell as much', () => {
    const sids = (['plain', 'first', 'sibling', 'foreign'] as const).map((name) => idTokenOf(name).sid);
    expect(sids[2]).toBe(sids[1]);
    expect(new Set(sids).size).toBe(3);
  });

  it('the same in userinfo, by a JWT and by an opaque token (OIDC Core §5.3.2)', async () => {
    for (const name of ['first', 'sibling', 'foreign'] as const) {
      const answer = await userinfo(tokens[name].access_token);
      expect(answer).toMatchObject({ sub: subjectOf(name), name: 'Ann Example' });
    }
  });

  it('the same in access tokens, and to whoever introspects one (RFC 9068 §2.2, RFC 7662 §2.2)', async () => {
    const { sub, sid } = decodeJwt(tokens.first.access_token);
    expect([sub, sid]).toEqual([subjectOf('first'), idTokenOf('first').sid]);
    const resource = await house.authz.addClient({ protected_resources: [house.authz.origin] }, secret);
    for (const name of ['first', 'sibling'] as const) {
      const form = { token: tokens[name].access_token };
      const { json } = await house.authz.post(paths.introspect, form, basic(resource, secret));
      expect(json).toMatchObject({ active: true, sub: subjectOf(name), sid: idTokenOf(name).sid });
    }
  });

  it('the same after a refresh (OIDC Core §12.2)', async () => {
    const request = { grant_type: 'refresh_token', refresh_token: tokens.foreign.refresh_token ?? '' };
    const { json } = await house.authz.token({ ...request, client_id: clients.foreign });
    const { sub, sid } = decodeJwt(json.id_token ?? '');
    expect([sub, sid]).toEqual([subjectOf('foreign'), idTokenOf('foreign').sid]);
    expect(decodeJwt(json.access_token).sub).toBe(sub);
  });

  it('the same for a device (RFC 8628 §3.5)', async () => {
    const grant = 'urn:ietf:params:oauth:grant-type:device_code';
    const members = { grant_types: [grant], redirect_uris: [], subject_type: 'pairwise', ...elsewhere };
    const device = await house.authz.addClient(members);
    const asked = await house.authz.post<Record<'device_code' | 'user_code', string>>(
      '/oauth2/v1/device_authorization',
      { client_id: device, scope: 'openid' },
    );
    const { atIdp } = person;
    const [form] = formsOf((await atIdp.get('/device')).text);
    const hub = await atIdp.post(form?.action ?? '', { ...form?.fields, user_code: asked.json.user_code });
    const [question] = formsOf((await atIdp.get(hub.location ?? '')).text);
    await atIdp.post(question?.action ?? '', { ...question?.fields, decision: 'allow' });
    const poll = { grant_type: grant, device_code: asked.json.device_code, client_id: device };
    expect(decodeJwt((await house.authz.token(poll)).json.id_token ?? '').sub).toBe(subjectOf('foreign'));
  });

  it('costs a request no statement once the secret is known', async () => {
    const { database } = house.authz;
    database.statements();
    await userinfo(tokens.first.access_token);
    await userinfo(tokens.sibling.access_token);
    expect(database.statements()).not.toContain('find_pairwise_secret');
  });
});

describe('Who a pairwise client names (OIDC Core §3.1.2.1, §5.5.1)', () => {
  const ask = async (name: keyof typeof clients, parameters: Record<string, string>) => {
    const answer = await house.ask(person, clients[name], { prompt: 'none', ...parameters });
    return toldClient(await house.walk(person, answer));
  };
  const claims = (sub: unknown) => ({ claims: JSON.stringify({ id_token: { sub: { value: sub } } }) });

  it('in a hint: the one who is signed in, or somebody else', async () => {
    expect(await ask('first', { id_token_hint: tokens.first.id_token ?? '' })).toHaveProperty('code');
    expect(await ask('first', { id_token_hint: tokens.sibling.id_token ?? '' })).toHaveProperty('code');
    for (const other of [tokens.foreign, tokens.plain]) {
      expect(await ask('first', { id_token_hint: other.id_token ?? '' })).toMatchObject({ error: 'login_required' });
    }
  });

  it('in the claims parameter: neither the public sub nor that of another sector', async () => {
    expect(await ask('first', claims(subjectOf('first')))).toHaveProperty('code');
    for (const other of [user.id, subjectOf('foreign'), 'nobody']) {
      expect(await ask('first', claims(other))).toMatchObject({ error: 'login_required' });
    }
    expect(await ask('plain', claims(user.id))).toHaveProperty('code');
  });
});

describe('The secret of pairwise subjects', () => {
  it('is encrypted, made once, and survives a rotation of the key-encryption key', async () => {
    const { database } = house.authz;
    const old = configuration.keyEncryptionKeys.current;
    const current = { id: 'newer', key: Buffer.alloc(32, 7) };
    const stored = async () => (await database.pool.query('SELECT pairwise_secret FROM installation')).rows;
    const before = await stored();
    await ensurePairwiseSecret(database.transactions, {
      keys: { current, all: [current] },
      random: systemRandom,
    });
    expect(await stored()).toEqual(before);
    const keyEncryptionKeys = { current, all: [current, old] };
    await rewrapKeys(administer(database, { config: { keyEncryptionKeys } }));
    expect(await stored()).not.toEqual(before);
    const subjects = createSubjects(database.sql, { current, all: [current] });
    const sector = { subject_type: 'pairwise', redirect_uris: ['https://client.example/callback'] } as const;
    expect((await subjects.seenBy(sector)).subjectOf(user.id)).toBe(subjectOf('first'));
    await rewrapKeys(administer(database, { config: { keyEncryptionKeys: { current: old, all: [current, old] } } }));
  });
});

describe('Logout of a pairwise client', () => {
  it('its hint is of the session, so that nobody is asked; others are told under their own sub and sid', async () => {
    const members = { subject_type: 'pairwise', id_token_signed_response_alg: 'ES256' };
    const back = await house.authz.addClient({ ...members, backchannel_logout_uri: 'https://told.example/out' });
    const framed = 'https://client.example/out';
    const front = await house.authz.addClient({ ...members, ...elsewhere, frontchannel_logout_uri: framed });
    for (const client of [back, front]) await house.exchange(client, (await house.signIn(person, client, user)).code);
    const logout = (token: string | undefined, client_id: string) =>
      person.atIdp.get(
        `/oidc/v1/logout?${new URLSearchParams({ id_token_hint: token ?? '', client_id, post_logout_redirect_uri: bye })}`,
      );
    expect(formsOf((await logout(tokens.foreign.id_token, clients.first)).text)).not.toEqual([]);
    const { status, text } = await logout(tokens.first.id_token, clients.first);
    expect(status).toBe(200);
    const [frame = ''] = [...text.matchAll(/<iframe hidden src="([^"]*)"/g)].map(([, src = '']) => src);
    const { searchParams } = new URL(frame.replaceAll('&amp;', '&'));
    expect(searchParams.get('sid')).toBe(idTokenOf('foreign').sid);
    const { signingKeys, config } = house.authz.deps;
    const place = { ...house.authz, signingKeys, issuer: config.issuer };
    const delivery = logoutDelivery(place, []);
    const posted: Record<string, string>[] = [];
    const postForm = async (_: string, form: Record<string, string>) => {
      posted.push(form);
      return { status: 200, contentType: undefined, body: '' };
    };
    await deliverDueLogouts(
      { ...delivery, outbound: { ...delivery.outbound, postForm } },
      new AbortController().signal,
    );
    const token = decodeJwt(posted[0]?.logout_token ?? '');
    expect([token.aud, token.sub, token.sid]).toEqual([back, subjectOf('first'), idTokenOf('first').sid]);
  });
});
