import { hmacSha256 } from '../../../crypto/digest.js';
import { demandedFor } from '../../../protocol/authorization/due-step.js';
import type { PasskeyRequestOptions } from '../../../protocol/sign-in/passkey.js';
import type { Idp } from '../../deps.js';
import type { Visit } from '../../interaction/visit.js';

/** The domain that passkeys are made for (WebAuthn Level 3 §5.1.2 `rp.id`). */
export const relyingPartyId = ({ config }: Idp): string =>
  config.webauthn.rpId ?? new URL(config.publicUrls.idp).hostname;

/** Where they may be used: here, and on the origins that are named as related (WebAuthn Level 3 §5.11). */
export const passkeyOrigins = ({ config }: Idp): string[] => [
  new URL(config.publicUrls.idp).origin,
  ...config.webauthn.relatedOrigins,
];

/**
 * The challenge of a visit (WebAuthn Level 3 §13.4.3). It follows from the interaction, its browser and how many were answered
 * there: pages of one interaction show the same one, nothing is written to show it, and the statement that takes an answer
 * moves the count on, so that it is answered once.
 */
export const challengeOf = (idp: Idp, { interactionId, browser, challengesAnswered }: Visit): string =>
  hmacSha256(idp.challengeKey, 'interaction', interactionId, browser, String(challengesAnswered)).toString('base64url');

/** As far as that is known before somebody is: the groups of whoever signs in may demand more. */
const wantsTwoFactors = ({ config }: Idp, visit: Visit): boolean =>
  visit.request.acrValues.some((value) => value !== 'aal1') ||
  demandedFor({ groups: (visit.candidate ?? visit.session)?.groups ?? [] }, visit, config).length > 0;

/**
 * What the sign-in page asks for: any passkey of ours, so that the answer tells who it is and the page nobody's name (WebAuthn
 * Level 3 §5.5). User verification makes it two factors, and is insisted on where two are wanted.
 */
export const requestOptionsOf = (idp: Idp, visit: Visit): PasskeyRequestOptions => ({
  challenge: challengeOf(idp, visit),
  rpId: relyingPartyId(idp),
  userVerification: wantsTwoFactors(idp, visit) ? 'required' : 'preferred',
});
