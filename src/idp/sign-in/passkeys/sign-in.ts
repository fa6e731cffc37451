import type { Asked } from '../../../http/request/asked.js';
import {
  answeredChallenge,
  isClonedBy,
  type PasskeyAnswer,
  parsePasskeyAnswer,
  passkeyMethods,
} from '../../../protocol/sign-in/passkey.js';
import { flagPasskey } from '../../../storage/factors/passkeys.js';
import { type FoundPasskey, lookForPasskey } from '../../../storage/sign-in/sign-in-look.js';
import type { CookieToSet } from '../../cookies/cookies.js';
import type { Idp } from '../../deps.js';
import type { SentForm } from '../../interaction/step.js';
import { acceptProof } from '../accept-proof.js';
import { type CountedAttempt, countedAttempt, countersOf, delayOf } from '../attempt.js';
import { countFailure, forgivenBy, recordFailure, tellOfDelay } from '../failure.js';
import { countOverload } from '../sign-in.js';
import { challengeOf } from './relying-party.js';
import { type VerifiedUse, verifyUse } from './verify.js';

export type PasskeyResult =
  | {
      readonly kind: 'proven';
      readonly cookies: readonly CookieToSet[];
      readonly passkey: FoundPasskey;
      /** It was on another device, which this browser reached. */
      readonly fromOtherDevice: boolean;
    }
  /** The challenge was answered before, or is of a page from before: nothing was judged. */
  | { readonly kind: 'stale' }
  /** `unknown`: the id of a credential that is nobody's here. */
  | { readonly kind: 'refused'; readonly unknown?: string }
  | { readonly kind: 'delayed'; readonly until: Date };

/** A signed use whose counter went back: from now on nobody signs in with that passkey. */
async function flag(
  idp: Idp,
  asked: Asked,
  answer: PasskeyAnswer,
  { account }: FoundPasskey,
  clientId: string | undefined,
) {
  const credentialId = Buffer.from(answer.id, 'base64url');
  const event = { type: 'passkey_flagged', userId: account.id, clientId } as const;
  await idp.events.recordWith(asked, event, (audit) =>
    flagPasskey(idp.sql, { credentialId, now: idp.clock.now(), audit }),
  );
}

/** Whether a use that was signed counts; where it shows a clone, that is written down. */
async function isSound(idp: Idp, sent: SentForm, answer: PasskeyAnswer, passkey: FoundPasskey, use: VerifiedUse) {
  if (passkey.flaggedAt) return false;
  if (!isClonedBy(passkey.counter, use.counter)) return true;
  await flag(idp, sent.asked, answer, passkey, sent.visit.clientId);
  return false;
}

async function accept(
  idp: Idp,
  { visit, asked }: SentForm,
  attempt: CountedAttempt,
  answer: PasskeyAnswer,
  passkey: FoundPasskey,
  { counter, backedUp, ...use }: VerifiedUse,
): Promise<PasskeyResult> {
  const { account, transports } = passkey;
  const credentialId = Buffer.from(answer.id, 'base64url').toString('hex');
  const cookies = await acceptProof(idp, asked, visit, {
    account,
    amr: passkeyMethods(use),
    forgiven: forgivenBy(idp, attempt, account.id),
    effects: { passkey: { credentialId, counter, backedUp, challenge: visit.challengesAnswered } },
  });
  if (!cookies) return { kind: 'stale' };
  const fromOtherDevice = answer.authenticatorAttachment === 'cross-platform' && transports.includes('hybrid');
  return { kind: 'proven', cookies, passkey, fromOtherDevice };
}

async function judge(idp: Idp, sent: SentForm, attempt: CountedAttempt, answer: PasskeyAnswer): Promise<PasskeyResult> {
  const { visit, asked } = sent;
  const look = { credentialId: Buffer.from(answer.id, 'base64url'), now: idp.clock.now() };
  const failureKeys = countersOf(attempt).map(({ key }) => key);
  const { passkey, failures } = await lookForPasskey(idp.sql, { ...look, failureKeys });
  const about = { userId: passkey?.account.id, clientId: visit.clientId };
  const delay = delayOf(idp, attempt, failures, idp.clock.now());
  if (delay) return tellOfDelay(idp, delay, about);
  const use = passkey && (await verifyUse(idp, answer, challengeOf(idp, visit), passkey));
  const disabled = use !== null && passkey?.account.disabledAt !== null;
  if (passkey && use && !disabled && (await isSound(idp, sent, answer, passkey, use)))
    return accept(idp, sent, attempt, answer, passkey, use);
  await countFailure(idp, attempt, failures);
  recordFailure(idp, asked, attempt.turn.block, { ...about, reason: disabled ? 'disabled' : 'wrong_credentials' });
  return { kind: 'refused', ...(passkey ? {} : { unknown: answer.id }) };
}

/**
 * Signs in whoever owns the passkey that signed this visit's challenge. Failures are counted and delayed as those of passwords are.
 * @throws UnavailableError when too many wait already
 */
export async function signInWithPasskey(idp: Idp, sent: SentForm): Promise<PasskeyResult> {
  const answer = parsePasskeyAnswer(sent.form.get('passkey') ?? '');
  if (!answer) return { kind: 'refused' };
  if (answeredChallenge(answer) !== challengeOf(idp, sent.visit)) return { kind: 'stale' };
  const attempt = countedAttempt(idp, 'passkey', answer.id, sent.asked);
  try {
    return await idp.signInTurns(attempt.narrow.key, attempt.turn.block, () => judge(idp, sent, attempt, answer));
  } catch (error) {
    return countOverload(error);
  }
}
