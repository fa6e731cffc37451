/** Bytes of each of the two numbers of a P-256 signature. */
const size = 32;

/**
 * The two numbers of an ECDSA signature one after the other, as JWS has them (RFC 7518 §3.4).
 * @param der as ASN.1 has them (RFC 3279 §2.2.3), which is what OpenSSL makes
 */
export function ecdsaSignatureFromDer(der: Buffer): Buffer {
  const signature = Buffer.alloc(2 * size);
  let at = 2;
  for (const end of [size, 2 * size]) {
    const length = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + length);
    const digits = number.subarray(Math.max(0, length - size)); // a leading zero only says that the number is positive
    digits.copy(signature, end - digits.length);
    at += 2 + length;
  }
  return signature;
}

/** A number as ASN.1 has it: no more bytes than it takes, and the first bit says that it is positive. */
function derInteger(number: Buffer): Buffer {
  const start = Math.max(
    0,
    number.findIndex((byte) => byte !== 0),
  );
  const digits = number.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.from([0x02, digits.length + sign.length, ...sign, ...digits]);
}

/** The reverse of {@link ecdsaSignatureFromDer}; undefined for what is no P-256 signature (RFC 7518 §3.4). */
export function ecdsaSignatureToDer(signature: Buffer): Buffer | undefined {
  if (signature.length !== 2 * size) return undefined;
  const numbers = Buffer.concat([signature.subarray(0, size), signature.subarray(size)].map(derInteger));
  return Buffer.concat([Buffer.from([0x30, numbers.length]), numbers]);
}
