import { hashToken } from '../../../crypto/digest.js';
import { stepOfCode } from '../../../crypto/totp.js';
import type { Parameters } from '../../../protocol/parameters.js';
import { acceptableSteps, typedRecoveryCode, typedTotpCode } from '../../../protocol/sign-in/totp.js';
import { openTotpSecret } from '../../../storage/factors/totp-authenticators.js';
import type { ProofEffects } from '../../../storage/sign-in/proofs.js';
import type { SecondFactorLook } from '../../../storage/sign-in/second-factor-look.js';
import type { Idp } from '../../deps.js';

/**
 * What using the code of a form changes; null where it is wrong. Whether a recovery code is one, and whether either was used
 * before, is only known by the statement that takes it.
 */
export function verifyCode(
  { config, clock }: Idp,
  form: Parameters,
  { account, totp }: NonNullable<SecondFactorLook['challenged']>,
): ProofEffects | null {
  const recovery = typedRecoveryCode(form.get('recovery_code') ?? '');
  if (recovery !== undefined) return { recoveryCode: hashToken(recovery).toString('hex') };
  const code = typedTotpCode(form.get('code') ?? '');
  if (code === undefined || !totp) return null;
  const secret = openTotpSecret(config.keyEncryptionKeys, account.id, totp.sealedSecret);
  const totpStep = stepOfCode(secret, code, acceptableSteps(clock.now(), totp.lastStep));
  return totpStep === undefined ? null : { totpStep };
}
