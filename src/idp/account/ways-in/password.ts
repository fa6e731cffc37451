import { hashToken } from '../../../crypto/digest.js';
import { html } from '../../../pages/html.js';
import type { Parameters } from '../../../protocol/parameters.js';
import type { PasswordProblem } from '../../../protocol/password/policy.js';
import { sessionCookie } from '../../cookies/cookies.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { newPasswordField } from '../../interaction/new-password-field.js';
import { csrfField } from '../../interaction/parts.js';
import { accountPath } from '../../interaction/paths.js';
import { rememberedBrowser } from '../../sign-in/known-browser.js';
import { field } from '../field.js';
import { accountPage } from '../frame.js';
import { ownerOf } from '../owner.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { setOwnPassword } from './changes.js';

interface Faults {
  readonly password?: PasswordProblem | undefined;
  readonly repeated?: string | undefined;
}

const namesOf = ({ session }: AccountVisit) => [session.username, session.email];

function passwordPage(idp: Idp, visit: AccountVisit, faults: Faults = {}) {
  const { account: text } = visit.view.texts;
  const repeated = { name: 'repeated', label: text.repeatPassword, fault: faults.repeated, required: true };
  return accountPage(
    idp,
    visit,
    html`
      <p class="lead">${text.passwordLead}</p>
      <form method="post" action="${visit.action}">
        ${csrfField(visit.csrf)}
        <input name="username" value="${visit.session.username}" autocomplete="username" hidden>
        ${newPasswordField(idp, visit.view, { names: namesOf(visit), problem: faults.password })}
        ${field({ ...repeated, type: 'password', autocomplete: 'new-password' })}
        <button class="button" type="submit">${text.changePassword}</button>
      </form>`,
    idp.script,
  );
}

async function faultsOf(idp: Idp, visit: AccountVisit, form: Parameters): Promise<Faults | undefined> {
  const password = form.get('password') ?? '';
  const problem = await idp.passwordCheck.problem(password, namesOf(visit));
  if (problem) return { password: problem };
  return form.get('repeated') === password ? undefined : { repeated: visit.view.texts.account.notRepeated };
}

async function changePassword(idp: Idp, visit: AccountVisit, password: string): Promise<Answer> {
  const { session, cookies } = visit;
  const secret = idp.random.token();
  const changedAt = await setOwnPassword(idp, ownerOf(visit), password, hashToken(secret));
  const seeOther = accountPath(idp, 'account');
  if (!changedAt) return { seeOther };
  if (cookies.browser === undefined) return { seeOther, cookies: [sessionCookie(secret)] };
  // Every browser is a stranger to the new password, but for the one that set it.
  const account = { id: session.userId, passwordChangedAt: changedAt };
  return {
    seeOther,
    cookies: [sessionCookie(secret), rememberedBrowser(idp, { browser: cookies.browser, cookies }, account)],
  };
}

/** Another password, for somebody who has just proven who they are; every other session ends. */
export const passwordSection = (idp: Idp): AccountSection => ({
  sensitive: true,
  page: async (visit) => ({ page: passwordPage(idp, visit) }),
  async submit(visit, form) {
    const faults = await faultsOf(idp, visit, form);
    if (faults) return { page: passwordPage(idp, visit, faults), status: 422 };
    return changePassword(idp, visit, form.get('password') ?? '');
  },
});
