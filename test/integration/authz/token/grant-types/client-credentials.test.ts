import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { disableClient } from '../../../../../src/storage/clients/clients.js';
import { basic, openAuthz, paths, type TestAuthz, type Tokens, withAuthz } from '../../../../support/authz.js';
import { api, files } from '../../../../support/configuration.js';
import { change } from '../../../../support/rows.js';

let authz: TestAuthz;
let client: string;
let opaque: string;
const members = { grant_types: ['client_credentials'], redirect_uris: [], scope: 'openid read:resource files' };
beforeAll(async () => {
  authz = await openAuthz();
  client = await authz.addClient(members, 'a secret');
  opaque = await authz.addClient({ ...members, access_token_format: 'opaque' }, 'a secret');
});
afterAll(() => authz.close());

const ask = <Body = Tokens>(changes: Record<string, string | string[]> = {}, clientId = client) =>
  authz.token<Body>({ grant_type: 'client_credentials', ...changes }, basic(clientId, 'a secret'));

describe('client_credentials (RFC 6749 §4.4)', () => {
  it('gives an access token for the client itself, and nothing else (§4.4.3)', async () => {
    const { status, headers, json } = await ask({ scope: 'read:resource' });
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'read:resource',
    });
    const now = authz.clock.now().getTime() / 1000;
    expect(decodeProtectedHeader(json.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(decodeJwt(json.access_token)).toEqual({
      iss: authz.origin,
      sub: client,
      client_id: client,
      aud: [api],
      scope: 'read:resource',
      jti: expect.any(String),
      iat: now,
      exp: now + 600,
    });
  });

  it('with a JWT runs no statement but audit, once warm (decision 0008)', async () => {
    await ask();
    await authz.deps.auditBatch.flush();
    authz.database.statements();
    await Promise.all(Array.from({ length: 5 }, () => ask()));
    await authz.deps.auditBatch.flush();
    expect(authz.database.statements('batches too')).toEqual(['insert_audit_events']);
  });

  it('with an opaque token is one statement, audit included', async () => {
    await ask({}, opaque);
    authz.database.statements();
    const { json } = await ask({}, opaque);
    expect(authz.database.statements()).toEqual(['insert_client_access_token']);
    const question = { token: json.access_token };
    expect((await authz.post(paths.introspect, question, basic(opaque, 'a secret'))).json).toMatchObject({
      active: true,
      sub: opaque,
      client_id: opaque,
      scope: 'read:resource',
    });
  });

  it('is recorded', async () => {
    const before = (await authz.audited('token_issued')).length;
    await ask();
    const events = await authz.audited('token_issued');
    expect(events).toHaveLength(before + 1);
    expect(events.at(-1)).toMatchObject({ client_id: client, context: { grant_type: 'client_credentials' } });
  });

  it.each([
    ['none: what the client has at the default resource', {}, 'read:resource'],
    ['that of a named resource (RFC 8707 §2.2)', { resource: files }, 'files'],
    ['of two resources', { resource: [api, files] }, 'read:resource files'],
  ])('scope: %s', async (_, changes, scope) => expect((await ask(changes)).json.scope).toBe(scope));

  it.each([
    ['scope not permitted (RFC 6749 §5.2)', { scope: 'write:resource' }, 'invalid_scope'],
    ['scope unknown', { scope: 'admin' }, 'invalid_scope'],
    ['scope of a user', { scope: 'openid' }, 'invalid_scope'],
    ['scope of another resource only', { scope: 'files', resource: api }, 'invalid_scope'],
    ['resource unknown (RFC 8707 §2)', { resource: 'https://other.example' }, 'invalid_target'],
  ])('%s', async (_, changes, error) => {
    const { status, json } = await ask<Record<string, unknown>>(changes);
    expect([status, json.error]).toEqual([400, error]);
  });

  it.each([
    ['I6: the one that the scope implies', { scope: 'files' }, [files]],
    ['I6: both that the scopes imply', { scope: 'read:resource files' }, [api, files]],
    ['I6: the named one, whatever the scope implies', { scope: 'read:resource files', resource: files }, [files]],
    ['the default one where nothing is asked', {}, [api]],
  ])('audience: %s', async (_, changes, audience) =>
    expect(decodeJwt((await ask(changes)).json.access_token).aud).toEqual(audience),
  );

  it('I6: what is left out is told: in the response, and in the log with its reason', async () => {
    authz.logged.length = 0;
    expect((await ask({ scope: 'read:resource files', resource: files })).json.scope).toBe('files');
    const [line] = authz.logged.filter((each) => each.includes('scopes left out'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      level: 'DEBUG',
      client_id: client,
      scopes: ['read:resource (of another resource)'],
    });
  });

  it.each([
    ['no resource there is', { resources: [] }, {}, 'invalid_target', /does not say what the token is for/],
    [
      'several the client is registered at',
      {},
      {},
      'invalid_target',
      /name resource, a scope that one resource alone knows/,
    ],
    [
      'a scope of several',
      { resources: [api, files].map((identifier) => ({ identifier, scopes: ['files'] })) },
      { scope: 'files' },
      'invalid_scope',
      /several resources know: name the one that is meant/,
    ],
  ])('I6: without a default resource, %s: says what to do', async (_, changed, asked, error, description) => {
    await withAuthz({ beside: authz, config: { ...changed, defaultResource: undefined } }, async (own) => {
      const form = { grant_type: 'client_credentials', ...asked };
      const { status, json } = await own.token<Record<string, unknown>>(form, basic(client, 'a secret'));
      expect([status, json.error, json.error_description]).toEqual([400, error, expect.stringMatching(description)]);
    });
  });

  it('is not for public clients (RFC 6749 §4.4), nor for those not registered for it', async () => {
    const publicClient = await authz.addClient({ scope: 'read:resource' });
    const form = { grant_type: 'client_credentials', client_id: publicClient };
    expect((await authz.token<Record<string, unknown>>(form)).json.error).toBe('unauthorized_client');
    const codeOnly = await authz.addClient({}, 'a secret');
    expect((await ask<Record<string, unknown>>({}, codeOnly)).json.error).toBe('unauthorized_client');
  });

  it('ends within a second for a disabled client', async () => {
    const leaving = await authz.addClient(members, 'a secret');
    expect((await ask({}, leaving)).status).toBe(200);
    await disableClient(authz.database.transactions, leaving, change);
    authz.clock.advance(1_000);
    expect((await ask({}, leaving)).status).toBe(401);
  });
});

describe('the token endpoint (RFC 6749 §3.2, §5.2)', () => {
  it.each([
    ['grant_type missing', {}, 'invalid_request'],
    ['grant type password (OAuth 2.1 §10.1)', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['a parameter sent twice', { grant_type: 'client_credentials', scope: ['a', 'b'] }, 'invalid_request'],
  ])('%s', async (_, form, error) => {
    const { status, json, headers } = await authz.token<Record<string, unknown>>(form, basic(client, 'a secret'));
    expect([status, json.error]).toEqual([400, error]);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('takes POST only', async () => {
    const answer = await fetch(`${authz.origin}${paths.token}?grant_type=client_credentials`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('takes forms only', async () => {
    const body = JSON.stringify({ grant_type: 'client_credentials' });
    const headers = { 'content-type': 'application/json', ...basic(client, 'a secret') };
    const answer = await fetch(`${authz.origin}${paths.token}`, { method: 'POST', body, headers });
    expect(answer.status).toBe(415);
  });

  it('does not read credentials from the query (RFC 6749 §2.3.1)', async () => {
    const query = new URLSearchParams({ client_id: client, client_secret: 'a secret' });
    const answer = await authz.post(`${paths.token}?${query}`, { grant_type: 'client_credentials' });
    expect(answer.status).toBe(401);
  });
});
