import { types } from 'node:util';

/** Stands where a secret stood. */
export const redacted = '[redacted]';

const maxDepth = 6;
const maxItems = 50;
const maxText = 8192;

/** Keys whose values are secret whatever they look like; `token_type`, `token_endpoint` and counts do not end this way. */
const secretKey =
  /(secret|password|passwd|passphrase|token|cookie|cookies|verifier|assertion|authorization|privatekey|dsn|credential|credentials|apikey|handle|csrf|otp|totp|nonce|hint|devicecode|usercode|recoverycode|requesturi|dpop)$|^(code|authorizationcode|passcode|pin|key|jwt|query|parameters)$/;

/** Keys whose values are random by nature and public: only what is a credential by its form is removed from them. */
const publicKeys = new Set([
  'kid',
  'clientid',
  'jti',
  'sub',
  'traceid',
  'spanid',
  'requestid',
  'grantid',
  'sid',
  'userid',
]);

type KeyKind = 'secret' | 'one-time' | 'public' | 'plain';

function classify(key: string): KeyKind {
  const name = key.toLowerCase().replace(/[-_]/g, '');
  if (/^(otp|totp|pin|passcode)$/.test(name)) return 'one-time';
  if (secretKey.test(name)) return 'secret';
  return publicKeys.has(name) ? 'public' : 'plain';
}

const kinds = new Map<string, KeyKind>();

/** Field names are written in the code, so there are few; those that came from outside do not fill the memory. */
function kindOfKey(key: string): KeyKind {
  const known = kinds.get(key);
  if (known !== undefined) return known;
  const kind = classify(key);
  if (kinds.size < 1000) kinds.set(key, kind);
  return kind;
}

/** Credentials that are recognised wherever they stand in a text. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  [/\beyJ[\w-]+(?:\.[\w-]*){1,4}/g, redacted],
  [/\b([Bb]earer|BEARER|[Bb]asic|BASIC|D[Pp]o[Pp]|dpop|DPOP)\s+(?=\S*[A-Z0-9=])[\w\-.~+/]{8,}=*/g, `$1 ${redacted}`],
  [
    /\b(code|otp|request|handle|state|nonce|interaction|[a-z_]*(?:token|secret|password|verifier|assertion|hint|[a-z]_code))=[^\s&"'<>;]+/gi,
    `$1=${redacted}`,
  ],
  [/("(?:code|[\w-]*(?:token|secret|password|verifier|assertion|_code))"\s*:\s*)"[^"]*"/gi, `$1"${redacted}"`],
  [/(:\/\/[^\s:@/]*):[^\s@/]+@/g, `$1:${redacted}@`],
];

/** Words of camelCase, kebab-case or SNAKE_CASE, and numbers. */
const pieces = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g;

/**
 * Whether a run of base64url characters reads like random bytes rather than like words: random text changes between cases
 * and digits so often that its pieces are two letters long on average, where those of names are four and more. Of 22
 * characters (128 bits) one in a thousand slips through, of 43 (256 bits) fewer than one in a million.
 */
function looksRandom(run: string): boolean {
  const hasUpper = /[A-Z]/.test(run);
  const hasLower = /[a-z]/.test(run);
  if (!hasUpper && run.length < 48) return false; // ids in hexadecimal, UUIDs, names of hosts
  if (!hasLower && /[_-]/.test(run)) return false; // CONSTANTS and names of ciphers
  const words = run.match(pieces) ?? [];
  const meanLength = words.join('').length / Math.max(1, words.length);
  return meanLength < (run.length < 40 ? 3.7 : 4.2);
}

const withoutRandomRuns = (text: string): string =>
  text.replace(/[A-Za-z0-9_-]{20,}/g, (run) => (looksRandom(run) ? redacted : run));

/** Ids in hexadecimal, UUIDs, addresses, scopes, paths: too plain for any of the shapes, and nothing that {@link looksRandom}. */
const plainName = /^[a-z0-9_:./-]{1,47}$/;

/** Removes what is a credential by its form: JWTs, `Authorization` values, `code=…`, passwords in URLs, long random runs. */
export function redactText(text: string, keepRandom = false): string {
  if (text.length < 6 || (keepRandom && text.length <= 64 && /^[\w-]+$/.test(text))) return text;
  if (plainName.test(text) || (text.length < 20 && !/[=:\s]/.test(text))) return text;
  let result = text.length > maxText ? `${text.slice(0, maxText)}…` : text;
  for (const [shape, replacement] of shapes) result = result.replace(shape, replacement);
  return keepRandom ? result : withoutRandomRuns(result);
}

const safeLiterals = new Map<string, string>();

/** {@link redactText} of texts that are written in the code: there are few, and if others came after all, they would not fill the memory. */
export function safeLiteral(text: string): string {
  const known = safeLiterals.get(text);
  if (known !== undefined) return known;
  const safe = redactText(text);
  if (safeLiterals.size < 1000) safeLiterals.set(text, safe);
  return safe;
}

const isError = (value: object): value is Error => types.isNativeError(value) || value instanceof Error;

/** The parts of an error that are known to be harmless: drivers attach parameters and rows to theirs. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code, status, constraint, table, cause, errors } = error as Error & Record<string, unknown>;
  const isShort = (value: unknown): boolean =>
    typeof value === 'number' || (typeof value === 'string' && value.length <= 64);
  return {
    name: error.name,
    message: redactText(error.message),
    ...(isShort(code) && { code }),
    ...(isShort(status) && { status }),
    ...(isShort(constraint) && { constraint }),
    ...(isShort(table) && { table }),
    ...(error.stack !== undefined && { stack: redactText(error.stack) }),
    ...(cause !== undefined && cause !== null && { cause: redactValue(cause, '', depth + 1) }),
    ...(Array.isArray(errors) && { errors: redactValue(errors, '', depth + 1) }),
  };
}

function redactObject(value: object, depth: number): unknown {
  if (isError(value)) return describeError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return redactText(value.origin + value.pathname);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => redactValue(item, '', depth + 1));
  if (value instanceof Map) return redactObject(Object.fromEntries(value), depth);
  if (value instanceof Set) return redactObject([...value], depth);
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue(value.toJSON(), '', depth + 1);
  return redactFields(value as Record<string, unknown>, depth + 1);
}

/** A copy of a value that is safe to write down; `key` is the name that it goes by. */
export function redactValue(value: unknown, key = '', depth = 0): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  const kind = kindOfKey(key);
  if (kind === 'one-time') return redacted;
  if (typeof value === 'number') return value;
  if (kind === 'secret') return redacted;
  if (typeof value === 'string') return redactText(value, kind === 'public');
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return undefined;
  return depth >= maxDepth ? '[deeper]' : redactObject(value, depth);
}

/** A copy of a record, with every secret removed by name or by form. Too deep and circular parts are cut off. */
export function redactFields(fields: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  let items = 0;
  for (const key of Object.keys(fields)) {
    items += 1;
    if (items > maxItems) break;
    const result = redactValue(fields[key], key, depth);
    if (result !== undefined) safe[key] = result;
  }
  return safe;
}
