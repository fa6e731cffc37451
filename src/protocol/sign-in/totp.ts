/** Digits of a code, as every authenticator app shows them (RFC 4226 §5.3). */
export const totpDigits = 6;

/** Seconds for which a code is shown (RFC 6238 §4.1). */
const period = 30;

/**
 * The time steps whose codes are taken now: this one, and one either way for clocks that differ and codes that were typed slowly
 * (RFC 6238 §5.2), but none that is not after the last that was used (RFC 6238 §5.2: a code is good once).
 */
export function acceptableSteps(now: Date, lastStep: number): readonly number[] {
  const current = Math.floor(now.getTime() / 1000 / period);
  return [current - 1, current, current + 1].filter((step) => step > lastStep);
}

/** A code as somebody typed it, without the spaces with which apps group the digits; undefined where it is none (RFC 6238 §3). */
export function typedTotpCode(text: string): string | undefined {
  const code = text.replaceAll(/[\s-]/g, '');
  return /^\d{6}$/.test(code) ? code : undefined;
}

const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base 32 without padding (RFC 4648 §6). */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((group) => base32Alphabet[Number.parseInt(group.padEnd(5, '0'), 2)])
    .join('');
}

/** What an authenticator app reads from a QR code: whose secret it is, and at whom (RFC 6238 §4; `otpauth` as apps know it). */
export function totpUri(
  secret: Uint8Array,
  { issuer, account }: { readonly issuer: string; readonly account: string },
) {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}

const recoveryAlphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A recovery code as it is shown: more than 90 random bits in four groups, without characters that look alike (NIST SP 800-63B §5.1.2). */
export function recoveryCode(randomBytes: Uint8Array): string {
  const characters = [...randomBytes]
    .filter((byte) => byte < recoveryAlphabet.length * 8)
    .slice(0, 20)
    .map((byte) => recoveryAlphabet[byte % recoveryAlphabet.length])
    .join('');
  return (characters.match(/.{5}/g) ?? []).join('-');
}

/** A recovery code as it is compared; undefined where the text is none (NIST SP 800-63B §5.1.2). */
export function typedRecoveryCode(text: string): string | undefined {
  const code = text.toLowerCase().replaceAll(/[\s-]/g, '');
  return /^[a-z2-9]{20}$/.test(code) ? code : undefined;
}
