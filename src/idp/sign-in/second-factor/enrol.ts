import { hashToken, hmacSha256 } from '../../../crypto/digest.js';
import { stepOfCode } from '../../../crypto/totp.js';
import { acceptableSteps, typedTotpCode } from '../../../protocol/sign-in/totp.js';
import { sealTotpSecret } from '../../../storage/factors/totp-authenticators.js';
import { lookForSecondFactor } from '../../../storage/sign-in/second-factor-look.js';
import { consentForm } from '../../consent/consent.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { formOf } from '../../interaction/interaction-form.js';
import { clientOnPage, personOnPage } from '../../interaction/parts.js';
import { hubPath } from '../../interaction/paths.js';
import type { InteractionStep, SentForm, StepForm } from '../../interaction/step.js';
import { stepOf, type Visit } from '../../interaction/visit.js';
import { acceptProof } from '../accept-proof.js';
import { renderEnrolPage, renderRecoveryCodesPage } from './enrol-page.js';
import { newRecoveryCodes } from './recovery-codes.js';

const enrolForm: StepForm<'enrol'> = { kind: 'enrol', boundToUser: true };

type Session = NonNullable<Visit['session']>;

/** The secret offered to one user in one interaction: the same each time, so that a reloaded page does not offer another. */
const offeredSecret = (idp: Idp, { interactionId }: Visit, { userId }: Session): Buffer =>
  hmacSha256(idp.enrolmentKey, interactionId, userId).subarray(0, 20);

function page(idp: Idp, visit: Visit, session: Session, wrong = false): Answer {
  const shown = renderEnrolPage(visit.view, {
    client: clientOnPage(visit),
    person: personOnPage(session),
    ...formOf(idp, visit, enrolForm),
    switchAccount: hubPath(idp, visit, 'otherAccount'),
    cancel: formOf(idp, visit, consentForm),
    secret: offeredSecret(idp, visit, session),
    username: session.username,
    wrong,
  });
  return { page: shown, ...(wrong ? { status: 422 } : {}) };
}

/** In another tab, or by another who knows the password, an app was set up first. */
const isSetUpAlready = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23505';

async function setUp(idp: Idp, { visit, asked }: SentForm, session: Session, step: number): Promise<Answer> {
  const { userId } = session;
  const { challenged } = await lookForSecondFactor(idp.sql, {
    userId,
    interactionIdHash: hashToken(visit.interactionId),
    sessionSecretHash: hashToken(visit.cookies.session ?? ''),
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

/** Has somebody set up an authenticator app, and shows the recovery codes, once. */
export const enrolStep = (idp: Idp): InteractionStep<'enrol'> => ({
  ...enrolForm,
  page(visit) {
    if (!visit.session) throw new Error('nobody is there to set up a second factor');
    return page(idp, visit, visit.session);
  },
  async submit(sent) {
    const { visit, form } = sent;
    const { session } = visit;
    if (!session || stepOf(idp, visit).kind !== 'enrol') return { seeOther: hubPath(idp, visit) };
    const secret = offeredSecret(idp, visit, session);
    const steps = acceptableSteps(idp.clock.now(), 0);
    const step = stepOfCode(secret, typedTotpCode(form.get('code') ?? '') ?? '', steps);
    return step === undefined ? page(idp, visit, session, true) : setUp(idp, sent, session, step);
  },
});
