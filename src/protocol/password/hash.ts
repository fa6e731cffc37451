/** What a stored password is hashed by: ours, and those that another system's people bring along. */
export type PasswordHash =
  | { readonly kind: 'argon2id' }
  | { readonly kind: 'bcrypt' }
  | {
      readonly kind: 'pbkdf2';
      readonly digest: Pbkdf2Digest;
      readonly iterations: number;
      readonly salt: Buffer;
      readonly key: Buffer;
    }
  | {
      readonly kind: 'scrypt';
      /** N of RFC 7914 §2. */
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelization: number;
      readonly salt: Buffer;
      readonly key: Buffer;
    };

type Pbkdf2Digest = 'sha1' | 'sha256' | 'sha512';

/**
 * What a hash may cost to verify: about a second of a core, and 128 MiB. What people bring along must not hold the processor
 * whenever somebody types a name (NIST SP 800-63B-4 §3.1.1.2 has the lower bounds, which ours meet at the first sign-in).
 */
const most = {
  argon2id: { memoryKib: 131_072, iterations: 10, parallelism: 16, work: 655_360 },
  bcrypt: { cost: 14 },
  pbkdf2: { iterations: 2_000_000 },
  /** N · r of 128 bytes each, and p times as much work. */
  scrypt: { memory: 2 ** 20, work: 2 ** 22 },
};

/** Bytes of a salt or of a key. */
const longest = 128;

const base64 = (text: string): Buffer => Buffer.from(text, 'base64');
const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** `m=…,t=…,p=…`, as the PHC string format has it. */
const parametersOf = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(text.split(',').map((pair) => [pair.split('=')[0] ?? '', Number(pair.split('=')[1])]));

const isWithin = (value: number | undefined, limit: number): value is number =>
  value !== undefined && Number.isInteger(value) && value >= 1 && value <= limit;

const areBytes = (...values: readonly Buffer[]): boolean =>
  values.every(({ length }) => length >= 1 && length <= longest);

const argon2idPattern = /^\$argon2id\$v=19\$(m=\d{1,9},t=\d{1,4},p=\d{1,3})\$[\w+/-]{11,171}\$[\w+/-]{22,171}$/;
const bcryptPattern = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const pbkdf2Pattern = /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d{1,9})(?:,l=\d{1,3})?\$([\w+/]{2,171})\$([\w+/]{16,171})$/;
const scryptPattern = /^\$scrypt\$(ln=\d{1,2},r=\d{1,4},p=\d{1,4})\$([\w+/]{2,171})\$([\w+/]{16,171})$/;

function readArgon2id(parameters: string): PasswordHash | undefined {
  const { m, t, p } = parametersOf(parameters);
  const limit = most.argon2id;
  const isBounded =
    isWithin(m, limit.memoryKib) && isWithin(t, limit.iterations) && isWithin(p, limit.parallelism) && m >= 8 * p;
  return isBounded && m * t <= limit.work ? { kind: 'argon2id' } : undefined;
}

function readPbkdf2([, digest, iterations, ...bytes]: RegExpExecArray): PasswordHash | undefined {
  const [salt, key] = bytes.map(base64) as [Buffer, Buffer];
  if (!isWithin(Number(iterations), most.pbkdf2.iterations) || !areBytes(salt, key)) return undefined;
  return { kind: 'pbkdf2', digest: digest as Pbkdf2Digest, iterations: Number(iterations), salt, key };
}

function readScrypt([, parameters = '', ...bytes]: RegExpExecArray): PasswordHash | undefined {
  const { ln, r: blockSize, p: parallelization } = parametersOf(parameters);
  const [salt, key] = bytes.map(base64) as [Buffer, Buffer];
  if (!isWithin(ln, 31) || !isWithin(blockSize, 1024) || !isWithin(parallelization, 1024)) return undefined;
  const cost = 2 ** ln;
  const isBounded = isWithin(cost * blockSize, most.scrypt.memory);
  if (!isBounded || cost * blockSize * parallelization > most.scrypt.work || !areBytes(salt, key)) return undefined;
  return { kind: 'scrypt', cost, blockSize, parallelization, salt, key };
}

/**
 * What a hash in its stored form is made of (PHC string format; RFC 9106 §3.1, RFC 8018 §5.2, RFC 7914 §2; bcrypt's own).
 * @returns undefined where it is none, or costs more than we take on
 */
export function parsePasswordHash(encoded: string): PasswordHash | undefined {
  const argon2id = argon2idPattern.exec(encoded);
  if (argon2id) return readArgon2id(argon2id[1] ?? '');
  const bcrypt = bcryptPattern.exec(encoded);
  if (bcrypt) return isWithin(Number(bcrypt[1]) - 3, most.bcrypt.cost - 3) ? { kind: 'bcrypt' } : undefined;
  const pbkdf2 = pbkdf2Pattern.exec(encoded);
  if (pbkdf2) return readPbkdf2(pbkdf2);
  const scrypt = scryptPattern.exec(encoded);
  return scrypt ? readScrypt(scrypt) : undefined;
}

/** passlib writes `.` for `+`, the rounds without a name, and leaves out SHA-1, which RFC 8018 §5.2 began with. */
function fromPasslib(text: string): string | undefined {
  const [, digest = 'sha1', rounds = '', ...bytes] =
    /^\$pbkdf2(?:-(sha256|sha512))?\$(\d{1,9})\$([\w./]+)\$([\w./]+)$/.exec(text) ?? [];
  if (rounds === '') return undefined;
  const [salt, key] = bytes.map((part) => part.replaceAll('.', '+'));
  return `$pbkdf2-${digest}$i=${rounds}$${salt}$${key}`;
}

/** Django's salt is text, and its key has padding; of bcrypt it keeps the string as it is. */
function fromDjango(text: string): string | undefined {
  const [, bcrypt] = /^bcrypt\$(\$2[aby]\$.*)$/.exec(text) ?? [];
  if (bcrypt !== undefined) return bcrypt;
  const [, digest, iterations, salt = '', key = ''] =
    /^pbkdf2_(sha1|sha256)\$(\d{1,9})\$([^$]+)\$([\w+/]+=*)$/.exec(text) ?? [];
  if (digest === undefined) return undefined;
  return `$pbkdf2-${digest}$i=${iterations}$${unpadded(Buffer.from(salt))}$${key.replace(/=+$/, '')}`;
}

/**
 * A hash of another system as we store it: the PHC string format, and what passlib and Django make of PBKDF2 (RFC 8018 §5.2).
 * @returns undefined where it is none that we verify, or costs more than we take on
 */
export function storablePasswordHash(text: string): string | undefined {
  const encoded = fromPasslib(text) ?? fromDjango(text) ?? text.replace(/=+(?=\$|$)/g, '');
  return parsePasswordHash(encoded) ? encoded : undefined;
}
