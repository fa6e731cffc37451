import { hashToken } from '../../../crypto/digest.js';
import {
  type AcceptedPasskeys,
  acceptedPasskeys,
  answeredChallenge,
  type PasskeyCreationOptions,
  type PasskeyOwner,
  parsePasskeyAnswer,
  passkeyCreationOptions,
} from '../../../protocol/sign-in/passkey.js';
import { addPasskey, type ListedPasskey, listPasskeys } from '../../../storage/factors/passkeys.js';
import { passkeyOfferCookie } from '../../cookies/cookies.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import type { SentForm } from '../../interaction/step.js';
import type { Visit } from '../../interaction/visit.js';
import { acceptedPage } from './proven.js';
import { challengeOf, relyingPartyId } from './relying-party.js';
import { type MadePasskey, verifyCreation } from './verify.js';

type Session = NonNullable<Visit['session']>;

const ownerOf = ({ userId, username, claims }: Session): PasskeyOwner => ({
  id: userId,
  username,
  displayName: typeof claims.name === 'string' ? claims.name : null,
});

const acceptedIds = (passkeys: readonly ListedPasskey[]): readonly string[] =>
  passkeys.filter(({ flaggedAt }) => flaggedAt === null).map(({ id }) => id);

/** What a page needs on which somebody makes a passkey. */
export interface PasskeyCreation {
  readonly options: PasskeyCreationOptions;
  /** What the password manager is told meanwhile: one that was removed elsewhere is not offered again. */
  readonly accepted: AcceptedPasskeys;
}

export async function creationFor(idp: Idp, visit: Visit, session: Session): Promise<PasskeyCreation> {
  const rp = { id: relyingPartyId(idp), name: visit.view.brand.productName };
  const existing = await listPasskeys(idp.sql, session.userId);
  const owner = ownerOf(session);
  return {
    options: passkeyCreationOptions(rp, owner, challengeOf(idp, visit), existing),
    accepted: acceptedPasskeys(rp.id, owner, acceptedIds(existing)),
  };
}

/** @returns false where nothing came of it: its challenge was answered before, or the credential is somebody's already */
async function keep(idp: Idp, { visit, asked }: SentForm, { userId, id: sessionId }: Session, made: MadePasskey) {
  const { interactionId, clientId, challengesAnswered: challenge } = visit;
  const detail = { device_type: made.deviceType, backed_up: made.backedUp };
  const event = { type: 'passkey_added', userId, sessionId, clientId, detail } as const;
  const now = idp.clock.now();
  const notice = idp.mailing.notice('passkey_added', { at: now.toISOString() });
  const place = { placeHash: hashToken(interactionId), challenge, now, notice };
  const kept = await idp.events.recordWith(asked, event, (audit) =>
    addPasskey(idp.sql, 'interaction', { ...made, ...place, userId, name: visit.view.texts.passkey.name, audit }),
  );
  if (kept) idp.mailing.tell(notice, kept.notice);
  return kept !== null;
}

/**
 * Keeps the passkey that a form brings.
 * @param automatic made without a question (WebAuthn Level 3 §5.1.3 `conditional`)
 * @returns `failed` where it is none; `stale` where its challenge was answered before: the hub knows what is due
 */
export async function takeCreation(
  idp: Idp,
  sent: SentForm,
  session: Session,
  automatic: boolean,
): Promise<'kept' | 'failed' | 'stale'> {
  const { visit, form } = sent;
  const challenge = challengeOf(idp, visit);
  const answer = parsePasskeyAnswer(form.get('passkey') ?? '');
  if (answer && answeredChallenge(answer) !== challenge) return 'stale';
  const made = answer && (await verifyCreation(idp, answer, challenge, automatic));
  if (!made) return 'failed';
  return (await keep(idp, sent, session, made)) ? 'kept' : 'stale';
}

/** Says that it is kept, and goes on. */
export async function keptAnswer(idp: Idp, visit: Visit, session: Session): Promise<Answer> {
  const ids = acceptedIds(await listPasskeys(idp.sql, session.userId));
  const page = acceptedPage(idp, visit, visit.view.texts.passkey.addedTitle, ownerOf(session), ids);
  return { page, cookies: [passkeyOfferCookie(null)] };
}
