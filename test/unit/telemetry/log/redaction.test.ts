import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../../src/config/secret.js';
import { redacted, redactFields, redactText } from '../../../../src/telemetry/log/redaction.js';

const randomBytes = (count: number): Buffer => createHash('sha512').update('fixed').digest().subarray(0, count);
const jwt = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from('{"sub":"alice"}').toString('base64url')}.${randomBytes(64).toString('base64url')}`;
const bearer = randomBytes(32).toString('base64url');
const handle = 'q7Xw2LbT9dKfZ0aVn3ScYg';

describe('redaction by name', () => {
  it.each([
    'password',
    'new_password',
    'client_secret',
    'clientSecret',
    'access_token',
    'refresh_token',
    'id_token_hint',
    'token',
    'code',
    'code_verifier',
    'codeVerifier',
    'client_assertion',
    'Authorization',
    'cookie',
    'set-cookie',
    'device_code',
    'user_code',
    'request_uri',
    'handle',
    'nonce',
    'login_hint',
    'csrf',
    'otp',
    'dsn',
    'DPoP',
    'query',
    'parameters',
  ])('%s', (name) => {
    expect(redactFields({ [name]: 'abc' })).toEqual({ [name]: redacted });
    expect(redactFields({ deeper: [{ [name]: ['abc'] }] })).toEqual({ deeper: [{ [name]: redacted }] });
  });

  it('takes a one-time password that was read as a number', () => {
    expect(redactFields({ otp: 123456, totp: 654321 })).toEqual({ otp: redacted, totp: redacted });
  });

  it.each(['token_type', 'token_endpoint', 'grant_type', 'status', 'route', 'event', 'table', 'error_code'])(
    'leaves %s',
    (name) => expect(redactFields({ [name]: 'Bearer' })).toEqual({ [name]: 'Bearer' }),
  );

  it('leaves counts and flags', () => {
    expect(redactFields({ tokens: 5, refresh_token: 2, password: true, exit_code: 143 })).toEqual({
      tokens: 5,
      refresh_token: 2,
      password: true,
      exit_code: 143,
    });
  });
});

describe('redaction by form', () => {
  it.each([
    ['a JWT', `got ${jwt} from somebody`, jwt],
    ['an encrypted JWT', `got eyJhbGciOiJSU0EifQ..${bearer}.x.y`, bearer],
    ['a bearer credential', `Authorization: Bearer ${bearer}`, bearer],
    ['a short basic credential', 'Authorization: Basic ZGVtbzpkZW1v', 'ZGVtbzpkZW1v'],
    ['a DPoP credential', `DPoP ${bearer}`, bearer],
    ['a code in a URL', 'GET https://client.example/cb?code=abc123&x=1', 'abc123'],
    ['a token in a form', 'token=hunter2&client_secret=hunter3', 'hunter'],
    ['an interaction in a query', 'interaction=abc', '=abc'],
    ['a state in a query', '?state=af0ifjsldkj', 'af0ifjsldkj'],
    ['a token in JSON text', '{"access_token": "abcdef"}', 'abcdef'],
    ['a database password', 'postgres://app:s3cret@db/identity', 's3cret'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', 'MIIE'],
    ['an opaque token', `found ${bearer}`, bearer],
    ['a handle in a path', `/oidc/v1/interaction/${handle}`, handle],
    ['a TOTP secret in base32', 'secret is JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 'JBSWY3DPEHPK3PXP'],
    ['a long hexadecimal secret', randomBytes(32).toString('hex'), /[0-9a-f]{20}/],
  ])('%s', (_, text, secret) => {
    expect(redactText(text)).toContain(redacted);
    expect(redactText(text)).not.toMatch(
      secret instanceof RegExp ? secret : new RegExp(secret.replace(/[.?]/g, '\\$&')),
    );
  });

  it.each([
    [16, 20],
    [32, 0],
    [48, 0],
  ])('finds random values of %i bytes: of 5,000 at most %i slip through', (bytes, slipped) => {
    // As good as random, and the same in each run.
    const values = Array.from({ length: 5000 }, (_, index) =>
      createHash('sha512').update(`${bytes} ${index}`).digest().subarray(0, bytes).toString('base64url'),
    );
    expect(values.filter((value) => redactText(value) === value).length).toBeLessThanOrEqual(slipped);
  });

  it.each([
    'the authorization code expired',
    'Bearer token is missing',
    'Basic authentication failed',
    'http://127.0.0.1:8080/oauth2/v1/token',
    'postgres://db.internal:5432/identity',
    '4bf92f3577b34da6a3ce929d0e0e4736',
    '3f0a7c1e-52b5-4a0e-9c3b-8e8d2a1f4b6c',
    'AddAuditEventExpiry1700000000001',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'token_validation_failures_total',
    'node_modules/@opentelemetry/exporter-metrics-otlp-proto/build/src/index.js',
    'processTicksAndRejections',
    'urn:ietf:params:oauth:grant-type:device_code',
    'ECONNREFUSED 10.0.0.5:5432',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ERR_SSL_TLSV1_ALERT_NO_RENEGOTIATION',
    'identity-authz-7f9c4d6b5-x2x4z',
    'asyncRunEntryPointWithESMLoader',
    'opentelemetry-collector-contrib',
  ])('leaves %s', (text) => expect(redactText(text)).toBe(text));

  it('leaves names and ids in lower case up to the length from which hexadecimal is taken for a secret', () => {
    const hexadecimal = randomBytes(32).toString('hex');
    expect([47, 48].map((length) => redactText(hexadecimal.slice(0, length)) === redacted)).toEqual([false, true]);
  });

  it('leaves public ids that are random by nature', () => {
    expect(redactFields({ kid: bearer, client_id: handle, jti: handle })).toEqual({
      kid: bearer,
      client_id: handle,
      jti: handle,
    });
    expect(redactFields({ client_id: jwt })).toEqual({ client_id: redacted });
  });
});

describe('redaction of objects', () => {
  it('describes errors with their causes, and nothing that a driver hung on them', () => {
    const driver = Object.assign(new Error('duplicate key value'), {
      code: '23505',
      constraint: 'users_email',
      detail: 'Key (email)=(alice@example.com) already exists.',
      query: 'INSERT INTO users',
      parameters: ['$argon2id$v=19$abc'],
    });
    const fields = redactFields({ error: new Error('could not save', { cause: driver }) });
    expect(fields).toMatchObject({
      error: {
        name: 'Error',
        message: 'could not save',
        cause: { message: 'duplicate key value', code: '23505', constraint: 'users_email' },
      },
    });
    expect(JSON.stringify(fields)).not.toMatch(/alice|INSERT|argon2id/);
  });

  it('shows all errors of several', () => {
    const error = new AggregateError([new Error('first'), new Error('second')], 'both');
    expect(redactFields({ error })).toMatchObject({ error: { errors: [{ message: 'first' }, { message: 'second' }] } });
  });

  it('survives circles, depth, size and odd values', () => {
    const circle: Record<string, unknown> = { name: 'circle' };
    circle.self = circle;
    const fields = {
      circle,
      many: Array.from({ length: 1000 }, (_, index) => index),
      long: 'word '.repeat(10_000),
      big: 12345678901234567890n,
      map: new Map([['a', 1]]),
      set: new Set(['b']),
      bytes: Buffer.from('secret'),
      url: new URL('https://client.example/cb?code=abc'),
      never: new Date(Number.NaN),
      secret: new Secret('hunter2'),
      nested: { value: new Secret('hunter2') },
      nothing: undefined,
      call: () => 1,
    };
    const safe = redactFields(fields);
    const text = JSON.stringify(safe);
    expect(safe).toMatchObject({
      big: '12345678901234567890',
      map: { a: 1 },
      set: ['b'],
      bytes: '[6 bytes]',
      url: 'https://client.example/cb',
      never: null,
      secret: redacted,
      nested: { value: '[secret]' },
    });
    expect(text).not.toMatch(/hunter2|code=abc/);
    expect(text.length).toBeLessThan(20_000);
  });
});
