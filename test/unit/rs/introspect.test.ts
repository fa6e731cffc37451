import { beforeEach, describe, expect, test } from '@jest/globals';
import { createIntrospect, type Introspection } from '../../../src/rs/introspect.js';

const seconds = 2_000_000_000;
const active = {
  active: true,
  token_type: 'Bearer',
  client_id: 'client',
  sub: 'user',
  aud: 'https://api.example',
  scope: 'read',
  exp: seconds + 60,
};

let now: number;
let forms: URLSearchParams[];
let answers: Promise<unknown>[];
let introspection: Introspection;

beforeEach(() => {
  now = seconds * 1000;
  forms = [];
  answers = [];
  introspection = {
    issuer: 'https://as.example',
    audience: 'https://api.example',
    clockSkew: 5000,
    clock: { now: () => new Date(now) },
    credentials: { clientId: 'rs', clientSecret: () => 'rs-secret' },
    limits: { activeFor: 10_000, inactiveFor: 5000, entries: 3, concurrency: 2 },
    ask: (form) => {
      forms.push(form);
      return answers[forms.length - 1] ?? Promise.resolve({ active: false });
    },
  };
});

const answer = (...documents: unknown[]): void => {
  answers = documents.map((document) => Promise.resolve(document));
};
const refusal = (fault: string) => expect.objectContaining({ code: 'invalid_token', fault });

describe('introspection at the resource server (RFC 7662)', () => {
  test('§2.1 the request', async () => {
    answer(active);
    expect((await createIntrospect(introspection)('opaque')).subject).toBe('user');
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      token: 'opaque',
      token_type_hint: 'access_token',
      client_id: 'rs',
      client_secret: 'rs-secret',
    });
  });

  test('§4 "active" is remembered for a short time', async () => {
    answer(active, { active: false });
    const introspect = createIntrospect(introspection);
    await introspect('opaque');
    now += 9999;
    await introspect('opaque');
    expect(forms).toHaveLength(1);
    now += 1;
    await expect(introspect('opaque')).rejects.toThrow(refusal('inactive'));
  });

  test('§4 "active" is never remembered beyond exp', async () => {
    answer({ ...active, exp: seconds + 2 });
    const introspect = createIntrospect({ ...introspection, clockSkew: 0 });
    await introspect('opaque');
    now += 2000;
    await expect(introspect('opaque')).rejects.toThrow(refusal('inactive'));
    expect(forms).toHaveLength(2);
  });

  test('a clock that is set back makes no answer last', async () => {
    answer(active, { active: false });
    const introspect = createIntrospect(introspection);
    await introspect('opaque');
    now -= 60_000;
    await expect(introspect('opaque')).rejects.toThrow(refusal('inactive'));
  });

  test('"not active" is remembered, too', async () => {
    const introspect = createIntrospect(introspection);
    await expect(introspect('opaque')).rejects.toThrow(refusal('inactive'));
    now += 4999;
    await expect(introspect('opaque')).rejects.toThrow(refusal('inactive'));
    expect(forms).toHaveLength(1);
    now += 1;
    await expect(introspect('opaque')).rejects.toThrow(refusal('inactive'));
    expect(forms).toHaveLength(2);
  });

  test('a flood of invented tokens drives no good one out', async () => {
    answer(active);
    const introspect = createIntrospect(introspection);
    await introspect('opaque');
    for (let index = 0; index < 50; index += 1) await expect(introspect(`junk-${index}`)).rejects.toThrow();
    await introspect('opaque');
    expect(forms).toHaveLength(51);
  });

  test('many callers with one token ask once', async () => {
    answer(active);
    const introspect = createIntrospect(introspection);
    await Promise.all(Array.from({ length: 20 }, () => introspect('opaque')));
    expect(forms).toHaveLength(1);
  });

  test('questions under way are bounded: more are told to come again, nothing is concluded about their tokens', async () => {
    answers = [new Promise(() => {}), new Promise(() => {})];
    const introspect = createIntrospect(introspection);
    void introspect('a');
    void introspect('b');
    await expect(introspect('c')).rejects.toThrow(
      expect.objectContaining({ code: 'temporarily_unavailable', status: 503, retryAfter: 2 }),
    );
    expect(forms).toHaveLength(2);
  });

  test.each([
    ['no answer', () => Promise.reject(new Error('down'))],
    ['§2.2 an answer that is none', () => Promise.resolve({ error: 'server_error' })],
  ])('%s is the issuer’s fault (503) and not remembered', async (_, ask) => {
    let asked = 0;
    const counted = () => {
      asked += 1;
      return ask();
    };
    const introspect = createIntrospect({ ...introspection, ask: counted });
    for (const attempt of [1, 2]) {
      await expect(introspect('opaque')).rejects.toThrow(expect.objectContaining({ status: 503 }));
      expect(asked).toBe(attempt);
    }
  });

  test.each([
    ['RFC 9068 §4 another issuer', { iss: 'https://evil.example' }, 'issuer'],
    ['RFC 9068 §4 another audience', { aud: 'https://other.example' }, 'audience'],
    ['RFC 9068 §4 no audience', { aud: undefined }, 'audience'],
    ['RFC 7519 §4.1.4 expired', { exp: seconds - 5 }, 'expired'],
    ['RFC 7519 §4.1.4 no exp', { exp: undefined }, 'claims'],
    ['RFC 7519 §4.1.5 not yet valid', { nbf: seconds + 6 }, 'not_yet_valid'],
    ['RFC 7662 §2.2 not an access token', { token_type: undefined }, 'type'],
    ['RFC 9449 §7.2 bound to a key', { cnf: { jkt: 'x' } }, 'sender_constrained'],
  ])('%s is refused although active', async (_, part, fault) => {
    answer({ ...active, ...part });
    await expect(createIntrospect(introspection)('opaque')).rejects.toThrow(refusal(fault));
  });
});
