/** Requests of all kinds: those that are right, each with up to three things broken. */
import fc from 'fast-check';
import type { RawRequest } from './wire.js';

export type Pairs = readonly (readonly [string, string])[];

/** A request that the endpoint knows; names and values of its fields are percent-encoded already. */
export interface Seed {
  readonly method: string;
  readonly path: string;
  readonly query: Pairs;
  readonly form: Pairs;
  readonly headers: Pairs;
}

/** What nobody may find in a page or in a header as it was sent. */
export const marker = `<fuzz"'>`;
export const markerHeader = 'x-fuzz';

const encodedMarker = '%3Cfuzz%22%27%3E';
const nasty = [
  ...['', '%', '%zz', '%00', '%ff%fe', '%ed%a0%80', '%C0%AF', '+', '%0d%0ax-fuzz:%201', '%E2%80%AE', '%F0%9F%92%A9'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '[]', '..%2f..%2f', '-1', '1e309', 'NaN', 'null'],
  ...[encodedMarker, `https://${encodedMarker}.example/`, `javascript:alert(1)//${encodedMarker}`, '//evil.example'],
  ...['a'.repeat(9_000), '%00'.repeat(300), 'openid%20'.repeat(200), 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', '{}', '[1]'],
];
const names = ['__proto__', 'constructor', '__proto__[a]', 'a[b][c]', 'a[]', '%00', '%', encodedMarker, 'client_id'];
const more = ['scope', 'state', 'request', 'request_uri', 'claims', 'prompt', 'max_age', 'ui_locales', 'acr_values'];
const others = ['id_token_hint', 'login_hint', 'response_mode', 'resource', 'nonce', 'error', 'code', 'lang'];

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => encodeURIComponent(text)) },
);
const name = fc.constantFrom(...names, ...more, ...others);

const headerNames = ['Accept', 'Accept-Language', 'Authorization', 'Cookie', 'Origin', 'Referer', 'Content-Type'];
const otherHeaders = ['X-Forwarded-For', 'Forwarded', 'traceparent', 'X-Request-Id', 'DPoP', 'If-None-Match', 'Range'];
const fetchHeaders = ['Sec-Fetch-Site', 'Access-Control-Request-Method', 'x-fapi-interaction-id', 'Expect', 'Host'];
const headerValues = [
  ...['', marker, `text/html, ${marker}`, 'Bearer', 'Bearer a b', 'Basic !!!', 'Basic Og==', 'Basic JTAwOiUwMA=='],
  ...['\xff\xfe', 'null', 'cross-site', 'a=b; a=c; __proto__=d', 'authz_session=\xff', '%', ';;=;', 'text/html;q=0'],
  ...['application/json', 'multipart/form-data; boundary=a', 'application/x-www-form-urlencoded; charset=utf-7'],
  ...['bytes=0-1,5-1', '00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff', 'a'.repeat(7_000), 'en-\u00ff,*;q=9'],
];
const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom('[', '{"__proto__":{"a":1}}', '['.repeat(20_000), 'null', '"\\ud800"', '{"a":1e999}', '\xff\xfe\x00'),
);

const all = [...headerNames, ...otherHeaders, ...fetchHeaders];
const at = <T>(list: readonly T[], index: number): number => (list.length === 0 ? 0 : index % list.length);

/** The pairs with one of them repeated, left out or given another value, or one more. */
function broken(pairs: Pairs, how: string, index: number, [other, text]: readonly [string, string]): Pairs {
  const place = at(pairs, index);
  const pair = pairs[place];
  if (!pair || how === 'add') return [...pairs, [other, text]];
  if (how === 'drop') return pairs.toSpliced(place, 1);
  if (how === 'repeat') return [...pairs, pair];
  return pairs.toSpliced(place, 1, how === 'rename' ? [`${pair[0]}[]`, pair[1]] : [pair[0], text]);
}

type Change = (seed: Seed & { readonly body?: string }) => Seed & { readonly body?: string };

const pairChange = fc
  .tuple(
    fc.constantFrom('query', 'form'),
    fc.constantFrom('add', 'drop', 'repeat', 'rename', 'replace', 'replace'),
    fc.nat(30),
    fc.tuple(name, value),
  )
  .map<Change>(([where, how, index, pair]) => (seed) => {
    // A POST has its parameters in the form, anything else in the query.
    const place = seed.form.length > 0 ? 'form' : where === 'form' && seed.method === 'POST' ? 'form' : 'query';
    return { ...seed, [place]: broken(seed[place], how, index, pair) };
  });

const headerChange = fc
  .tuple(fc.constantFrom(...all), fc.constantFrom(...headerValues), fc.boolean())
  .map<Change>(([field, text, replaces]) => (seed) => {
    const kept = replaces ? seed.headers.filter(([each]) => each.toLowerCase() !== field.toLowerCase()) : seed.headers;
    return { ...seed, headers: [...kept, [field, text]] };
  });

const pathChange = fc
  .constantFrom('/', '//', '/..', '/%2e%2e/', '%00', '%', ';a=b', `/${encodedMarker}`, '/__proto__', '#a', '.json')
  .map<Change>((suffix) => (seed) => ({ ...seed, path: seed.path + suffix }));

/** What stands for a parameter of the path. */
const segmentChange = value.map<Change>((text) => (seed) => ({
  ...seed,
  path: seed.path.replace(/[^/]+$/, text === '' ? 'a' : text),
}));

const methodChange = fc
  .constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'QUERY', 'TRACE')
  .map<Change>((method) => (seed) => ({ ...seed, method }));

const bodyChange = fc
  .tuple(fc.oneof(json, value), fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain'))
  .map<Change>(([body, type]) => (seed) => ({
    ...seed,
    body: Buffer.from(body).toString('latin1'),
    headers: [...seed.headers.filter(([each]) => each !== 'Content-Type'), ['Content-Type', type]],
  }));

const change = fc.oneof(
  { weight: 8, arbitrary: pairChange },
  { weight: 3, arbitrary: headerChange },
  { weight: 1, arbitrary: pathChange },
  { weight: 1, arbitrary: segmentChange },
  { weight: 1, arbitrary: methodChange },
  { weight: 1, arbitrary: bodyChange },
);

const joined = (pairs: Pairs): string => pairs.map(([key, text]) => `${key}=${text}`).join('&');

function raw(seed: Seed & { readonly body?: string }): RawRequest {
  const target = seed.query.length > 0 ? `${seed.path}?${joined(seed.query)}` : seed.path;
  return { method: seed.method, target, headers: seed.headers, body: seed.body ?? joined(seed.form) };
}

/** One of the seeds with up to three things broken. */
export const requests = (seeds: readonly Seed[]): fc.Arbitrary<RawRequest> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 3 }))
    .map(([seed, changes]) => raw(changes.reduce<Seed & { body?: string }>((before, next) => next(before), seed)));
