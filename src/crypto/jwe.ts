import type { KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';

export interface JweOptions {
  readonly alg: string;
  readonly enc: string;
  /** The recipient's public key. */
  readonly key: Readonly<Record<string, unknown>>;
  /** What is inside: a JWT (RFC 7519 §5.2), or the claims themselves. */
  readonly content: 'JWT' | 'json';
}

/** A JWE in compact form (RFC 7516 §7.1) that only the holder of the private key can open. @throws Error for a key that is none */
export async function encryptJwe(text: string, { alg, enc, key, content }: JweOptions): Promise<string> {
  const { kid } = key;
  const header = {
    alg,
    enc,
    ...(typeof kid === 'string' ? { kid } : {}),
    ...(content === 'JWT' ? { cty: 'JWT' } : {}),
  };
  const publicKey = await importJWK(key as JWK, alg);
  return new CompactEncrypt(Buffer.from(text)).setProtectedHeader(header).encrypt(publicKey);
}

/** Algorithms that the header of a JWE may name (RFC 7516 §4.1.1, §4.1.2). */
export interface AllowedJweAlgorithms {
  readonly alg: readonly string[];
  readonly enc: readonly string[];
}

/**
 * What is inside a JWE in compact form (RFC 7516 §5.2). One that is compressed is refused: it may be larger than it looks.
 * @param findKey finds our private key for an algorithm, by `kid` where the JWE names it
 * @throws JOSEAlgNotAllowed, Error whatever else is wrong
 */
export async function decryptJwe(
  jwe: string,
  findKey: (alg: string, kid: string | undefined) => KeyObject | undefined,
  { alg, enc }: AllowedJweAlgorithms,
): Promise<string> {
  const { plaintext } = await compactDecrypt(
    jwe,
    (header) => {
      const key = findKey(header.alg, header.kid);
      if (!key) throw new Error('unknown key');
      return key;
    },
    { keyManagementAlgorithms: [...alg], contentEncryptionAlgorithms: [...enc], maxDecompressedLength: 0 },
  );
  return Buffer.from(plaintext).toString();
}
