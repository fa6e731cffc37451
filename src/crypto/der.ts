/** The Distinguished Encoding Rules of ASN.1 (ITU-T X.690), as far as a certificate needs them. */

function lengthOf(bytes: number): readonly number[] {
  if (bytes < 0x80) return [bytes];
  const digits = bytes < 0x100 ? [bytes] : [bytes >> 8, bytes & 0xff];
  return [0x80 | digits.length, ...digits];
}

/** A value of any type: its tag, its length, its content. @throws Error when it is longer than 65,535 bytes */
export function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length > 0xffff) throw new Error('too long for a value in a certificate');
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

export const sequence = (...members: readonly Buffer[]): Buffer => der(0x30, ...members);
export const setOf = (member: Buffer): Buffer => der(0x31, member);
export const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]));
export const octetString = (content: Buffer): Buffer => der(0x04, content);
export const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text));

/** @param unusedBits of the last byte */
export const bitString = (content: Buffer, unusedBits = 0): Buffer => der(0x03, Buffer.from([unusedBits]), content);

/** A whole number that is not negative, given by its bytes: as few as it takes, and a zero where the first would mean a sign. */
export function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte > 0);
  const digits = bytes.subarray(first < 0 ? bytes.length : first);
  return der(0x02, (digits[0] ?? 0x80) < 0x80 ? digits : Buffer.concat([Buffer.alloc(1), digits]));
}

/** Base 128, the most significant digit first; all but the last have the high bit. */
const base128 = (arc: number): readonly number[] =>
  arc < 0x80 ? [arc] : [...base128(Math.floor(arc / 0x80)).map((digit) => digit | 0x80), arc % 0x80];

/** @param dotted for example `2.5.4.3` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...arcs].flatMap(base128)));
}

/** A moment in seconds, in the form that certificates have it (RFC 5280 §4.1.2.5): with two digits of the year until 2049. */
export function time(moment: Date): Buffer {
  const digits = `${moment.toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return moment.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}
