import { hashToken } from '../../../crypto/digest.js';
import { recoveryCode, typedRecoveryCode } from '../../../protocol/sign-in/totp.js';
import type { Idp } from '../../deps.js';

/** Ten codes as they are shown, and what is stored of them; hexadecimal. */
export function newRecoveryCodes({ random }: Pick<Idp, 'random'>) {
  const shown = Array.from({ length: 10 }, () => recoveryCode(random.bytes(48)));
  return { shown, hashes: shown.map((code) => hashToken(typedRecoveryCode(code) ?? '').toString('hex')) };
}
