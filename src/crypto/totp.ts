import { createHmac } from 'node:crypto';
import { totpDigits } from '../protocol/sign-in/totp.js';
import { equalInConstantTime } from './digest.js';

/** The code of a time step, by HMAC-SHA-1 as every authenticator app does it (RFC 6238 §4.2, RFC 4226 §5.3). */
export function totpCode(secret: Buffer, step: number, digits = totpDigits): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** The step among those acceptable whose code this is (RFC 6238 §5.2). All are compared, so that the time tells nothing. */
export const stepOfCode = (secret: Buffer, code: string, steps: readonly number[]): number | undefined =>
  steps.filter((step) => equalInConstantTime(Buffer.from(totpCode(secret, step)), Buffer.from(code))).at(0);
