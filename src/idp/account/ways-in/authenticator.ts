import { hashToken, hmacSha256 } from '../../../crypto/digest.js';
import { stepOfCode } from '../../../crypto/totp.js';
import { momentIn } from '../../../mail/templates/letter.js';
import { html } from '../../../pages/html.js';
import { acceptableSteps, typedTotpCode } from '../../../protocol/sign-in/totp.js';
import {
  addOwnTotp,
  findOwnTotp,
  type OwnTotp,
  replaceOwnRecoveryCodes,
} from '../../../storage/factors/own-second-factor.js';
import { sealTotpSecret } from '../../../storage/factors/totp-authenticators.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { csrfField } from '../../interaction/parts.js';
import { codeField, codeProblem, keySection, recoveryCodeList } from '../../sign-in/second-factor/enrol-parts.js';
import { newRecoveryCodes } from '../../sign-in/second-factor/recovery-codes.js';
import { changeOwn } from '../change.js';
import { accountPage } from '../frame.js';
import { ownerOf } from '../owner.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { removeOwnAuthenticator } from './changes.js';

/**
 * The secret offered in a session: the same each time, so that a reloaded page does not offer another, until one was set up there:
 * an app that was removed does not come back.
 */
const offeredSecret = (idp: Idp, { session: { userId, challengesAnswered }, secret }: AccountVisit): Buffer =>
  hmacSha256(idp.enrolmentKey, 'session', secret, userId, String(challengesAnswered)).subarray(0, 20);

function setUpPage(idp: Idp, visit: AccountVisit, wrong = false): Answer {
  const { view, action, csrf, session } = visit;
  const content = html`
    <p class="lead">${view.texts.account.noAuthenticator}</p>
    ${wrong && codeProblem(view)}
    ${keySection(view, offeredSecret(idp, visit), session.username)}
    <form method="post" action="${action}">
      ${csrfField(csrf)}
      ${codeField(view, wrong)}
      <button class="button" type="submit" name="decision" value="add">${view.texts.enrol.submit}</button>
    </form>`;
  return { page: accountPage(idp, visit, content), ...(wrong ? { status: 422 } : {}) };
}

function shownPage(idp: Idp, visit: AccountVisit, totp: OwnTotp): Answer {
  const { account: text, language } = visit.view.texts;
  const moment = (at: Date) => momentIn(language, at.toISOString());
  const form = (decision: string, label: string, hint: string) => html`
    <form method="post" action="${visit.action}">
      ${csrfField(visit.csrf)}
      <p class="fine" id="${decision}-hint">${hint}</p>
      <button class="button second" type="submit" name="decision" value="${decision}" aria-describedby="${decision}-hint">${label}</button>
    </form>`;
  const content = html`
    <p class="lead">${text.authenticatorLead}</p>
    <p class="fine">${text.added}: ${moment(totp.createdAt)}<br>${text.lastSeen}: ${moment(totp.lastUsedAt)}</p>
    ${form('codes', text.newCodes, `${text.codesLeft(totp.recoveryCodes)} ${text.newCodesHint}`)}
    ${form('remove', text.removeApp, text.removeHint)}`;
  return { page: accountPage(idp, visit, content) };
}

function codesPage(idp: Idp, visit: AccountVisit, codes: readonly string[]): Answer {
  const content = html`
    ${recoveryCodeList(visit.view, codes)}
    <a class="button" href="${visit.action}">${visit.view.texts.enrol.kept}</a>`;
  return { page: accountPage(idp, visit, content) };
}

async function setUp(idp: Idp, visit: AccountVisit, typed: string): Promise<Answer> {
  const { userId, challengesAnswered: challenge } = visit.session;
  const secret = offeredSecret(idp, visit);
  const step = stepOfCode(secret, typedTotpCode(typed) ?? '', acceptableSteps(idp.clock.now(), 0));
  if (step === undefined) return setUpPage(idp, visit, true);
  const codes = newRecoveryCodes(idp);
  const sealedSecret = sealTotpSecret(idp.config.keyEncryptionKeys, userId, secret);
  const totp = {
    sealedSecret,
    step,
    challenge,
    sessionSecretHash: hashToken(visit.secret),
    recoveryCodes: codes.hashes,
  };
  const added = await changeOwn(idp, ownerOf(visit), { type: 'authenticator_added' }, (change) =>
    addOwnTotp(idp.sql, { ...totp, ...change }),
  );
  return added ? codesPage(idp, visit, codes.shown) : { seeOther: visit.action };
}

async function replaceCodes(idp: Idp, visit: AccountVisit): Promise<Answer> {
  const codes = newRecoveryCodes(idp);
  const replaced = await changeOwn(idp, ownerOf(visit), { type: 'recovery_codes_replaced' }, (change) =>
    replaceOwnRecoveryCodes(idp.sql, { recoveryCodes: codes.hashes, ...change }),
  );
  return replaced ? codesPage(idp, visit, codes.shown) : { seeOther: visit.action };
}

/** The authenticator app of somebody who has just proven who they are, and the recovery codes that stand in for it. */
export const authenticatorSection = (idp: Idp): AccountSection => ({
  sensitive: true,
  changesFactors: true,
  async page(visit) {
    const totp = await findOwnTotp(idp.sql, visit.session.userId);
    return totp ? shownPage(idp, visit, totp) : setUpPage(idp, visit);
  },
  async submit(visit, form) {
    switch (form.get('decision')) {
      case 'codes':
        return replaceCodes(idp, visit);
      case 'remove':
        await removeOwnAuthenticator(idp, ownerOf(visit));
        return { seeOther: visit.action };
      default:
        return setUp(idp, visit, form.get('code') ?? '');
    }
  },
});
