import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** TLS cannot be offered with these files: says which one and what to do. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
}

/** TLS 1.3, and of 1.2 only what has forward secrecy and authenticated encryption (RFC 9325 §4.2, FAPI 2.0 Security Profile §5.2.1). */
export const tlsPolicy = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ].join(':'),
  honorCipherOrder: true,
} as const satisfies SecureContextOptions;

function readFile(file: string, setting: string, content: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new TlsError(`the TLS ${content} ${file} cannot be read (${code}): put it there or correct ${setting}`, {
      cause,
    });
  }
}

function parsed<T>(parse: () => T, file: string, setting: string, content: string): T {
  try {
    return parse();
  } catch (cause) {
    throw new TlsError(`${file} holds no TLS ${content} in PEM: replace it or correct ${setting}`, { cause });
  }
}

/** Reads a certificate chain and its key, and sees that they belong together. */
export function loadTls({ certFile, keyFile }: TlsFiles): { readonly cert: string; readonly key: string } {
  const cert = readFile(certFile, 'http.tls.cert_file', 'certificate');
  const key = readFile(keyFile, 'http.tls.key_file', 'key');
  const certificate = parsed(() => new X509Certificate(cert), certFile, 'http.tls.cert_file', 'certificate');
  const privateKey = parsed(() => createPrivateKey(key), keyFile, 'http.tls.key_file', 'key');
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new TlsError(`the TLS key ${keyFile} does not belong to the certificate ${certFile}: replace one of them`);
  }
  return { cert, key };
}

/**
 * Calls `changed` after either file has changed. The files are asked for by name now and then, since mounted secrets are
 * replaced by moving a link, which no watch on the file notices. Returns how to stop.
 */
export function watchTls({ certFile, keyFile }: TlsFiles, interval: number, changed: () => void): () => void {
  for (const file of [certFile, keyFile]) watchFile(file, { interval, persistent: false }, changed);
  return () => {
    for (const file of [certFile, keyFile]) unwatchFile(file, changed);
  };
}
