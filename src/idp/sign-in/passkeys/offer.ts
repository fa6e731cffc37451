import { hashToken } from '../../../crypto/digest.js';
import {
  acceptedPasskeys,
  answeredChallenge,
  type PasskeyOwner,
  parsePasskeyAnswer,
  passkeyCreationOptions,
} from '../../../protocol/sign-in/passkey.js';
import { addPasskey, type ListedPasskey, listPasskeys } from '../../../storage/factors/passkeys.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { passkeyOfferCookie } from '../../interaction/cookies.js';
import { formOf } from '../../interaction/interaction-form.js';
import { personOnPage } from '../../interaction/parts.js';
import { hubPath } from '../../interaction/paths.js';
import { unknownDecision } from '../../interaction/refusal.js';
import type { InteractionStep, SentForm, StepForm } from '../../interaction/step.js';
import { stepOf, type Visit } from '../../interaction/visit.js';
import { renderOfferPage } from './offer-page.js';
import { acceptedPage } from './proven.js';
import { challengeOf, relyingPartyId } from './relying-party.js';
import { type MadePasskey, verifyCreation } from './verify.js';

const offerForm: StepForm<'offerPasskey'> = { kind: 'offerPasskey', boundToUser: true };

type Session = NonNullable<Visit['session']>;

const ownerOf = ({ userId, username, claims }: Session): PasskeyOwner => ({
  id: userId,
  username,
  displayName: typeof claims.name === 'string' ? claims.name : null,
});

const acceptedIds = (passkeys: readonly ListedPasskey[]): readonly string[] =>
  passkeys.filter(({ flaggedAt }) => flaggedAt === null).map(({ id }) => id);

async function offerPage(idp: Idp, visit: Visit, failed = false): Promise<Answer> {
  const { session, view } = visit;
  if (!session) throw new Error('a passkey is offered to nobody');
  const rp = { id: relyingPartyId(idp), name: view.brand.productName };
  const existing = await listPasskeys(idp.sql, session.userId);
  const page = renderOfferPage(view, {
    person: personOnPage(session),
    ...formOf(idp, visit, offerForm),
    options: passkeyCreationOptions(rp, ownerOf(session), challengeOf(idp, visit), existing),
    accepted: acceptedPasskeys(rp.id, ownerOf(session), acceptedIds(existing)),
    script: idp.script,
    failed,
  });
  return { page, ...(failed ? { status: 422 } : {}) };
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

async function added(idp: Idp, visit: Visit, session: Session): Promise<Answer> {
  const ids = acceptedIds(await listPasskeys(idp.sql, session.userId));
  const page = acceptedPage(idp, visit, visit.view.texts.passkey.addedTitle, ownerOf(session), ids);
  return { page, cookies: [passkeyOfferCookie(null)] };
}

/** Where an offer is no longer due, or its challenge was answered before, the hub knows what comes next. */
async function add(idp: Idp, sent: SentForm): Promise<Answer> {
  const { visit, form } = sent;
  const { session } = visit;
  const onward = { seeOther: hubPath(idp, visit) };
  const challenge = challengeOf(idp, visit);
  const answer = parsePasskeyAnswer(form.get('passkey') ?? '');
  if (!session || stepOf(idp, visit).kind !== 'offerPasskey') return onward;
  if (answer && answeredChallenge(answer) !== challenge) return onward;
  const made = answer && (await verifyCreation(idp, answer, challenge, form.get('automatic') === 'yes'));
  if (!made) return offerPage(idp, visit, true);
  return (await keep(idp, sent, session, made)) ? added(idp, visit, session) : onward;
}

/** Offers a passkey to whoever just signed in and has none here (WebAuthn Level 3 §7.1). */
export const offerPasskeyStep = (idp: Idp): InteractionStep<'offerPasskey'> => ({
  ...offerForm,
  page: (visit) => offerPage(idp, visit),
  async submit(sent) {
    if (sent.form.has('passkey')) return add(idp, sent);
    if (sent.form.get('decision') !== 'later') throw unknownDecision();
    return { seeOther: hubPath(idp, sent.visit), cookies: [passkeyOfferCookie('declined')] };
  },
});
