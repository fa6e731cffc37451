import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSelfSigned } from '../../src/http/operations/self-signed.js';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Puts a new certificate in the place of the old one; resolves to it. */
  replace(): Promise<string>;
  remove(): void;
}

/** A certificate for 127.0.0.1 and its key, in files of a temporary folder. */
export async function certificateFiles(): Promise<CertificateFiles & { readonly cert: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'identity-tls-'));
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  async function replace(): Promise<string> {
    const { cert, key } = createSelfSigned('127.0.0.1', new Date());
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    return cert;
  }
  const cert = await replace();
  return { certFile, keyFile, cert, replace, remove: () => rmSync(folder, { recursive: true }) };
}
