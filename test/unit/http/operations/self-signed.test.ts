import { createPrivateKey, X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { createSelfSigned } from '../../../../src/http/operations/self-signed.js';

const now = new Date('2030-01-01T12:00:00.000Z');
const made = (bind: string, at = now) => {
  const { cert, key } = createSelfSigned(bind, at);
  return { certificate: new X509Certificate(cert), key: createPrivateKey(key) };
};

describe('the certificate of the admin listener (RFC 5280 §4.1)', () => {
  it('is signed by its own key, which is the one that is returned', () => {
    const { certificate, key } = made('127.0.0.1');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect([certificate.subject, certificate.issuer]).toEqual(['CN=identity admin', 'CN=identity admin']);
  });

  it('is another one each time', () => {
    const serials = Array.from({ length: 50 }, () => made('127.0.0.1').certificate.serialNumber);
    expect(new Set(serials).size).toBe(50);
  });

  it.each([
    ['an IPv4 address', '10.1.2.3'],
    ['an IPv6 address', '2001:db8::a'],
    ['any address', '::'],
  ])('names this machine and what is bound: %s', (_, bind) => {
    const { certificate } = made(bind);
    for (const address of ['127.0.0.1', '::1', bind]) expect(certificate.checkIP(address)).toBe(address);
    for (const host of ['localhost', hostname()]) expect(certificate.checkHost(host)).toBe(host);
    expect(certificate.checkIP('192.0.2.1')).toBeUndefined();
    expect(certificate.checkHost('example.com')).toBeUndefined();
  });

  it('names each of them once', () => {
    expect(made('127.0.0.1').certificate.subjectAltName?.match(/127\.0\.0\.1/g)).toHaveLength(1);
  });

  it.each([
    ['2030-01-01T12:00:00.000Z', 'Dec 31 12:00:00 2029 GMT', 'Dec 30 12:00:00 2039 GMT'],
    ['2045-06-01T00:00:00.999Z', 'May 31 00:00:00 2045 GMT', 'May 30 00:00:00 2055 GMT'],
  ])('is good from a day before its making for ten years: %s', (at, from, to) => {
    const { certificate } = made('127.0.0.1', new Date(at));
    expect([certificate.validFrom, certificate.validTo]).toEqual([from, to]);
  });

  it('is a server’s, and no authority', () => {
    const { certificate } = made('127.0.0.1');
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']); // Node's name for the extended one
  });
});
