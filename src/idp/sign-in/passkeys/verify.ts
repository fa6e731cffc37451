import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import {
  answeredTransports,
  isOwnHandle,
  type PasskeyAnswer,
  type PasskeyUse,
  passkeyAlgorithms,
} from '../../../protocol/sign-in/passkey.js';
import type { NewPasskey } from '../../../storage/factors/passkeys.js';
import type { FoundPasskey } from '../../../storage/sign-in/sign-in-look.js';
import type { Idp } from '../../deps.js';
import { passkeyOrigins, relyingPartyId } from './relying-party.js';

/** The library is loaded with the first passkey: a process that sees none does without. */
const library = () => import('@simplewebauthn/server');

const deviceTypeOf = (name: 'singleDevice' | 'multiDevice') => (name === 'singleDevice' ? 'single' : 'multi');

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
    const deviceType = deviceTypeOf(credentialDeviceType);
    // It was made so, and stays so (WebAuthn Level 3 §7.2 step 19).
    if (deviceType !== passkey.deviceType) return null;
    return { counter: newCounter, userVerified, deviceType, backedUp: credentialBackedUp };
  } catch (error) {
    idp.log.debug('passkey not verified', { reason: String(error) });
    return null;
  }
}

/** A passkey that was made for us, not yet anybody's. */
export type MadePasskey = Omit<NewPasskey, 'userId' | 'name'>;

/**
 * Verifies that an authenticator made a passkey for the challenge, and for us (WebAuthn Level 3 §7.1).
 * @param automatic made without a question (§5.1.3 `conditional`), so that nobody had to be present
 * @returns null where it did not
 */
export async function verifyCreation(
  idp: Idp,
  answer: PasskeyAnswer,
  challenge: string,
  automatic: boolean,
): Promise<MadePasskey | null> {
  const { verifyRegistrationResponse } = await library();
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: answer as unknown as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: passkeyOrigins(idp),
      expectedRPID: relyingPartyId(idp),
      requireUserPresence: !automatic,
      requireUserVerification: !automatic,
      supportedAlgorithmIDs: [...passkeyAlgorithms],
    });
    if (!verified) return null;
    const { credential, credentialDeviceType, credentialBackedUp, aaguid } = registrationInfo;
    return {
      credentialId: Buffer.from(credential.id, 'base64url'),
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: answeredTransports(answer),
      deviceType: deviceTypeOf(credentialDeviceType),
      backedUp: credentialBackedUp,
      aaguid,
    };
  } catch (error) {
    idp.log.debug('passkey not made', { reason: String(error) });
    return null;
  }
}
