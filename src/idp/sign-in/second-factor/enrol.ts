import { hashToken, hmacSha256 } from '../../../crypto/digest.js';
import { stepOfCode } from '../../../crypto/totp.js';
import type { Step } from '../../../protocol/sign-in/next-step.js';
import { acceptableSteps, typedTotpCode } from '../../../protocol/sign-in/totp.js';
import { sealTotpSecret } from '../../../storage/factors/totp-authenticators.js';
import { declineEnrolment } from '../../../storage/interactions/interaction-progress.js';
import { lookForSecondFactor } from '../../../storage/sign-in/second-factor-look.js';
import { consentForm } from '../../consent/consent.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { formOf } from '../../interaction/interaction-form.js';
import { clientOnPage, personOnPage } from '../../interaction/parts.js';
import { hubPath } from '../../interaction/paths.js';
import { switchAccountPath } from '../../interaction/remembered-accounts.js';
import type { InteractionStep, SentForm, StepForm } from '../../interaction/step.js';
import { stepOf, type Visit } from '../../interaction/visit.js';
import { acceptProof } from '../accept-proof.js';
import { creationFor, keptAnswer, takeCreation } from '../passkeys/creation.js';
import { type EnrolChoices, renderEnrolPage, renderRecoveryCodesPage } from './enrol-page.js';
import { newRecoveryCodes } from './recovery-codes.js';

const enrolForm: StepForm<'enrol'> = { kind: 'enrol', boundToUser: true };

type Session = NonNullable<Visit['session']>;

/** The secret offered to one user in one interaction: the same each time, so that a reloaded page does not offer another. */
const offeredSecret = (idp: Idp, { interactionId }: Visit, { userId }: Session): Buffer =>
  hmacSha256(idp.enrolmentKey, interactionId, userId).subarray(0, 20);

type DueStep = Extract<Step, { kind: 'enrol' }>;

interface Faults {
  /** The code was wrong. */
  readonly wrong?: boolean;
  /** No passkey came of it. */
  readonly failed?: boolean;
}

async function choicesFor(
  idp: Idp,
  visit: Visit,
  session: Session,
  { wanted }: DueStep,
  { wrong = false, failed = false }: Faults,
): Promise<EnrolChoices> {
  const passkey = { ...(await creationFor(idp, visit, session)), script: idp.script, failed };
  const app = { secret: offeredSecret(idp, visit, session), username: session.username, wrong };
  return wanted === 'phr' ? { passkey } : { passkey, app };
}

async function page(idp: Idp, visit: Visit, session: Session, step: DueStep, faults: Faults = {}): Promise<Answer> {
  const shown = renderEnrolPage(visit.view, {
    client: clientOnPage(visit),
    person: personOnPage(session),
    ...formOf(idp, visit, enrolForm),
    switchAccount: switchAccountPath(idp, visit),
    cancel: formOf(idp, visit, consentForm),
    wanted: step.wanted,
    mayDecline: step.mayDecline,
    choices: step.justSignedIn ? await choicesFor(idp, visit, session, step, faults) : undefined,
  });
  return { page: shown, ...(faults.wrong || faults.failed ? { status: 422 } : {}) };
}

/** In another tab, or by another who knows the password, an app was set up first. */
const isSetUpAlready = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23505';

async function storeApp(idp: Idp, { visit, asked }: SentForm, session: Session, step: number): Promise<Answer> {
  const { userId } = session;
  const { challenged } = await lookForSecondFactor(idp.sql, {
    userId,
    interactionIdHash: hashToken(visit.interactionId),
    sessionSecretHash: session.secretHash,
    failureKeys: [],
    now: idp.clock.now(),
  });
  const again: Answer = { seeOther: hubPath(idp, visit) };
  if (!challenged || challenged.totp) return again;
  const codes = newRecoveryCodes(idp);
  const secret = offeredSecret(idp, visit, session);
  const sealedSecret = sealTotpSecret(idp.config.keyEncryptionKeys, userId, secret).toString('hex');
  const effects = { newTotp: { sealedSecret, step, recoveryCodes: codes.hashes } };
  const proof = { account: challenged.account, amr: ['otp'], forgiven: { keys: [], share: null }, effects } as const;
  try {
    const cookies = await acceptProof(idp, asked, visit, proof);
    const client = clientOnPage(visit);
    const next = hubPath(idp, visit);
    return cookies
      ? { page: renderRecoveryCodesPage(visit.view, { client, codes: codes.shown, next }), cookies }
      : again;
  } catch (error) {
    if (isSetUpAlready(error)) return again;
    throw error;
  }
}

async function setUpApp(idp: Idp, sent: SentForm, session: Session, due: DueStep): Promise<Answer> {
  const steps = acceptableSteps(idp.clock.now(), 0);
  const code = typedTotpCode(sent.form.get('code') ?? '') ?? '';
  const step = stepOfCode(offeredSecret(idp, sent.visit, session), code, steps);
  return step === undefined ? page(idp, sent.visit, session, due, { wrong: true }) : storeApp(idp, sent, session, step);
}

/** Nothing was signed by a passkey that has just been made: it is asked for in the next step. */
async function setUpPasskey(idp: Idp, sent: SentForm, session: Session, due: DueStep): Promise<Answer> {
  const { visit } = sent;
  switch (await takeCreation(idp, sent, session, false)) {
    case 'kept':
      return keptAnswer(idp, visit, session);
    case 'failed':
      return page(idp, visit, session, due, { failed: true });
    case 'stale':
      return { seeOther: hubPath(idp, visit) };
  }
}

async function decline(idp: Idp, visit: Visit): Promise<Answer> {
  await declineEnrolment(idp.sql, { idHash: hashToken(visit.interactionId), now: idp.clock.now() });
  return { seeOther: hubPath(idp, visit) };
}

/** Has somebody set up an authenticator app and shows its recovery codes, once, or a passkey. */
export const enrolStep = (idp: Idp): InteractionStep<'enrol'> => ({
  ...enrolForm,
  page(visit) {
    const step = stepOf(idp, visit);
    if (!visit.session || step.kind !== 'enrol') throw new Error('nobody is there to set up a second factor');
    return page(idp, visit, visit.session, step);
  },
  async submit(sent) {
    const { visit, form } = sent;
    const { session } = visit;
    const step = stepOf(idp, visit);
    if (!session || step.kind !== 'enrol') return { seeOther: hubPath(idp, visit) };
    if (step.mayDecline && form.get('decision') === 'later') return decline(idp, visit);
    if (!step.justSignedIn) return { seeOther: hubPath(idp, visit) };
    if (form.has('passkey')) return setUpPasskey(idp, sent, session, step);
    return step.wanted === 'phr' ? { seeOther: hubPath(idp, visit) } : setUpApp(idp, sent, session, step);
  },
});
