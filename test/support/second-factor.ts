import { randomBytes } from 'node:crypto';
import { hashToken } from '../../src/crypto/digest.js';
import { totpCode } from '../../src/crypto/totp.js';
import { sealTotpSecret } from '../../src/storage/factors/totp-authenticators.js';
import { RecoveryCode } from '../../src/storage/schema/recovery-codes.js';
import { TotpAuthenticator } from '../../src/storage/schema/totp-authenticators.js';
import { formsOf } from './browser.js';
import { hub, type TestIdp, type TestUser } from './idp.js';

/** The code that an app with this secret shows, so many steps from now. */
export const codeOf = (idp: TestIdp, secret: Buffer, steps = 0): string =>
  totpCode(secret, Math.floor(idp.clock.now().getTime() / 30_000) + steps);

/** Sets up an authenticator app. @returns its secret */
export async function addTotp(idp: TestIdp, { id: userId }: TestUser): Promise<Buffer> {
  const secret = randomBytes(20);
  const now = idp.clock.now();
  const sealedSecret = sealTotpSecret(idp.deps.config.keyEncryptionKeys, userId, secret);
  const row = { userId, sealedSecret, lastStep: '0', createdAt: now, lastUsedAt: now };
  await idp.database.dataSource.manager.insert(TotpAuthenticator, row);
  return secret;
}

export async function addRecoveryCode(idp: TestIdp, { id: userId }: TestUser, code: string): Promise<void> {
  const row = { hash: hashToken(code.replaceAll('-', '')), userId, createdAt: idp.clock.now(), usedAt: null };
  await idp.database.dataSource.manager.insert(RecoveryCode, row);
}

/** Sends the form of the page on which a code is asked for. */
export async function answerChallenge(
  browser: ReturnType<TestIdp['newBrowser']>,
  interaction: string,
  fields: Readonly<Record<string, string>>,
) {
  const page = await browser.get(hub(interaction));
  const [form] = formsOf(page.text);
  if (!form?.action.includes('/challenge/')) throw new Error(`no code is asked for: ${page.status} ${page.location}`);
  return browser.post(form.action, { ...form.fields, ...fields });
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an app makes of the key that somebody types into it (RFC 4648 §6). */
export function bytesOfKey(key: string): Buffer {
  const bits = [...key.replaceAll(' ', '')].map((character) =>
    alphabet.indexOf(character).toString(2).padStart(5, '0'),
  );
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
