import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import * as asn1 from '../../crypto/der.js';
import { addressBytes } from '../../protocol/address-block.js';

const day = 86_400_000;

/** A name that consists of a common name alone. */
const commonName = (name: string): Buffer =>
  asn1.sequence(asn1.setOf(asn1.sequence(asn1.objectIdentifier('2.5.4.3'), asn1.utf8String(name))));

/** @param content of the extension, encoded */
const extension = (id: string, content: Buffer, { isCritical = false } = {}): Buffer =>
  asn1.sequence(asn1.objectIdentifier(id), ...(isCritical ? [asn1.boolean(true)] : []), asn1.octetString(content));

/** A name that the certificate is good for (RFC 5280 §4.2.1.6): of a host, or an address. */
const alternativeName = (name: string): Buffer =>
  isIP(name) === 0 ? asn1.der(0x82, Buffer.from(name)) : asn1.der(0x87, Buffer.from(addressBytes(name)));

const ecdsaWithSha256 = asn1.sequence(asn1.objectIdentifier('1.2.840.10045.4.3.2'));

/** What RFC 5280 §4.2.1 has for the certificate of a TLS server: no authority, only for signatures, and only as a server. */
const extensions = (names: readonly string[]): Buffer =>
  asn1.sequence(
    extension('2.5.29.19', asn1.sequence(), { isCritical: true }),
    extension('2.5.29.15', asn1.bitString(Buffer.from([0x80]), 7), { isCritical: true }),
    extension('2.5.29.37', asn1.sequence(asn1.objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', asn1.sequence(...names.map(alternativeName))),
  );

const pem = (label: string, content: Buffer): string =>
  `-----BEGIN ${label}-----\n${content.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${label}-----\n`;

/**
 * A certificate (RFC 5280 §4.1) that nobody vouches for, made anew at each start: it keeps the admin listener's traffic and token
 * from passive eyes, and its key never leaves the process. Made by hand: a library for certificates would be used once and stay
 * in memory.
 */
export function createSelfSigned(bind: string, now: Date): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = new Set(['localhost', '127.0.0.1', '::1', hostname(), bind]);
  const name = commonName('identity admin');
  const toBeSigned = asn1.sequence(
    asn1.der(0xa0, asn1.integer(Buffer.from([2]))), // version 3
    asn1.integer(randomBytes(16)),
    ecdsaWithSha256,
    name,
    asn1.sequence(asn1.time(new Date(now.getTime() - day)), asn1.time(new Date(now.getTime() + 3650 * day))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    asn1.der(0xa3, extensions([...names])),
  );
  const signature = asn1.bitString(sign('sha256', toBeSigned, privateKey));
  const certificate = asn1.sequence(toBeSigned, ecdsaWithSha256, signature);
  return { cert: pem('CERTIFICATE', certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
