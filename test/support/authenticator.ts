import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

type Cbor = number | string | Buffer | Map<Cbor, Cbor>;

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}

/** As much of RFC 8949 as an authenticator needs. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
}

const sha256 = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();
const flags = { up: 1, uv: 4, be: 8, bs: 16, at: 64 };

export interface AuthenticatorOptions {
  readonly rpId: string;
  readonly origin: string;
  readonly userId: string;
  /** It stays on this one device. */
  readonly single?: boolean;
}

/** How one answer is made. */
export interface Signing {
  readonly challenge: string;
  readonly userVerified?: boolean;
  /** The counter after this signature; without it the authenticator does not count. */
  readonly counter?: number;
  readonly origin?: string;
  readonly rpId?: string;
  readonly userId?: string;
  readonly crossPlatform?: boolean;
}

/** One passkey with its authenticator and browser, in software (WebAuthn Level 3 §6). */
export function softwareAuthenticator({ rpId, origin, userId, single = false }: AuthenticatorOptions) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  const handle = (user: string) => Buffer.from(user.replaceAll('-', ''), 'hex').toString('base64url');

  const clientData = (type: 'webauthn.create' | 'webauthn.get', signing: Signing): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge: signing.challenge, origin: signing.origin ?? origin }));

  function authenticatorData({ userVerified = true, counter = 0, ...signing }: Signing, attested?: Buffer): Buffer {
    const backup = single ? 0 : flags.be | flags.bs;
    const bits = flags.up | (userVerified ? flags.uv : 0) | backup | (attested ? flags.at : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(signing.rpId ?? rpId), Buffer.from([bits]), count, attested ?? Buffer.alloc(0)]);
  }

  return {
    id,
    credentialId,
    publicKey: coseKey(publicKey),
    /** What `toJSON()` of a new credential gives, with attestation `none`. */
    create(signing: Signing) {
      const length = Buffer.from([0, credentialId.length]);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(publicKey)]);
      const attestation = new Map<Cbor, Cbor>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authenticatorData(signing, attested)],
      ]);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData('webauthn.create', signing).toString('base64url'),
          attestationObject: cbor(attestation).toString('base64url'),
          transports: ['internal', 'hybrid'],
        },
      };
    },
    /** What `toJSON()` of an assertion gives. */
    get(signing: Signing) {
      const client = clientData('webauthn.get', signing);
      const data = authenticatorData(signing);
      return {
        id,
        rawId: id,
        type: 'public-key',
        authenticatorAttachment: signing.crossPlatform ? 'cross-platform' : 'platform',
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', Buffer.concat([data, sha256(client)]), privateKey).toString('base64url'),
          userHandle: handle(signing.userId ?? userId),
        },
      };
    },
  };
}

export type SoftwareAuthenticator = ReturnType<typeof softwareAuthenticator>;

/** RFC 9053 §7.1.1: ES256 on P-256. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const members: [Cbor, Cbor][] = [
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ];
  return cbor(new Map(members));
}
