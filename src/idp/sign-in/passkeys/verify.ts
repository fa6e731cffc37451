import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { isOwnHandle, type PasskeyAnswer, type PasskeyUse } from '../../../protocol/sign-in/passkey.js';
import type { FoundPasskey } from '../../../storage/sign-in-look.js';
import type { Idp } from '../../deps.js';
import { passkeyOrigins, relyingPartyId } from './relying-party.js';

/** The library is loaded with the first passkey: a process that sees none does without. */
const library = () => import('@simplewebauthn/server');

export interface VerifiedUse extends PasskeyUse {
  readonly counter: number;
  readonly backedUp: boolean;
}

/**
 * Verifies that the passkey's authenticator signed the challenge, for us (WebAuthn Level 3 §7.2). Its counter is left to
 * the caller: what went back is told apart from what is forged.
 * @returns null where it did not
 */
export async function verifyUse(
  idp: Idp,
  answer: PasskeyAnswer,
  challenge: string,
  passkey: FoundPasskey,
): Promise<VerifiedUse | null> {
  if (!isOwnHandle(answer, passkey.account.id)) return null;
  const { verifyAuthenticationResponse } = await library();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: answer as unknown as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: passkeyOrigins(idp),
      expectedRPID: relyingPartyId(idp),
      credential: { id: answer.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
      requireUserVerification: false,
    });
    if (!verified) return null;
    const { newCounter, userVerified, credentialDeviceType, credentialBackedUp } = authenticationInfo;
    const deviceType = credentialDeviceType === 'singleDevice' ? 'single' : 'multi';
    // It was made so, and stays so (WebAuthn Level 3 §7.2 step 19).
    if (deviceType !== passkey.deviceType) return null;
    return { counter: newCounter, userVerified, deviceType, backedUp: credentialBackedUp };
  } catch (error) {
    idp.log.debug('passkey not verified', { reason: String(error) });
    return null;
  }
}
