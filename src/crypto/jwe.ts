import { CompactEncrypt, importJWK, type JWK } from 'jose';

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
