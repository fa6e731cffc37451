export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** One thing wrong with a metadata document, in RFC 7591 §3.2.2's terms. */
export interface MetadataFault {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata';
  readonly member: string;
  readonly problem: string;
}

/** A metadata document as it arrived (RFC 7591 §2). */
export type Document = Readonly<Record<string, unknown>>;

const isString = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
const isWordOrList =
  <Word extends string>(word: Word) =>
  (value: unknown): value is Word | string[] =>
    value === word || isList(value);
const isWebUrl = (value: unknown): value is string =>
  isString(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

/** Public halves only: a private or symmetric key that was sent to us is one to throw away (RFC 7591 §2, RFC 7517 §9.2). */
function isPublicKeySet(value: unknown): value is JsonWebKeySet {
  const keys = (value as { keys?: unknown } | null)?.keys;
  return (
    Array.isArray(keys) &&
    keys.every(
      (key: unknown) => typeof key === 'object' && key !== null && 'kty' in key && key.kty !== 'oct' && !('d' in key),
    )
  );
}

/** Reads members one by one and notes what is wrong with each, so that all faults come in one answer (RFC 7591 §3.2.2). */
export function memberReader(document: Document) {
  const faults: MetadataFault[] = [];
  const members = new Set<string>();
  const fault = (member: string, problem: string, error: MetadataFault['error'] = 'invalid_client_metadata') =>
    void faults.push({ error, member, problem });

  function read<T>(member: string, kind: string, is: (value: unknown) => value is T): T | undefined {
    members.add(member);
    const value = document[member];
    if (value === undefined || value === null) return undefined;
    if (is(value)) return value;
    fault(member, `is not ${kind}`);
    return undefined;
  }

  return {
    faults,
    /** The members that were looked at so far. */
    members,
    fault,
    string: (member: string) => read(member, 'a string', isString),
    list: (member: string) => read(member, 'a list of strings', isList),
    wordOrList: <Word extends string>(member: string, word: Word) =>
      read(member, `"${word}" or a list of strings`, isWordOrList(word)),
    webUrl: (member: string) => read(member, 'an http(s) URL', isWebUrl),
    flag: (member: string, otherwise = false) =>
      read(member, 'true or false', (value) => typeof value === 'boolean') ?? otherwise,
    seconds: (member: string) =>
      read(
        member,
        'a number of seconds',
        (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
      ),
    keySet: (member: string) => read(member, 'a set of public keys', isPublicKeySet),
    oneOf: <T extends string>(member: string, values: readonly T[]) =>
      read(member, `one of ${values.join(', ')}`, (value): value is T => values.includes(value as T)),
    someOf: <T extends string>(member: string, values: readonly T[]) =>
      read(
        member,
        `a list out of ${values.join(', ')}`,
        (value): value is T[] => isList(value) && value.every((item) => values.includes(item as T)),
      ),
  };
}

export type MemberReader = ReturnType<typeof memberReader>;
