import type { Page } from '../../http/browser/headers.js';
import type { Texts } from '../../pages/texts/en.js';
import type { Parameters } from '../../protocol/parameters.js';
import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import { retryAfterSeconds } from '../../protocol/sign-in/sign-in-delay.js';
import { consentForm } from '../consent/consent.js';
import { interactionCookie } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { formOf } from '../interaction/interaction-form.js';
import { clientOnPage } from '../interaction/parts.js';
import { federationPath, hubPath, signUpLink } from '../interaction/paths.js';
import { knowsOthers } from '../interaction/remembered-accounts.js';
import type { InteractionStep, SentForm, StepForm } from '../interaction/step.js';
import { stepOf, type Visit } from '../interaction/visit.js';
import { lostPasswordUrl } from '../recovery/paths.js';
import { mailCodeByName, waitForEmailCode } from './email-code/ask.js';
import type { AuthenticationMethod } from './methods/method.js';
import { type LoginProblem, renderLoginPage } from './page.js';
import { toldAbility } from './passkeys/ability.js';
import { provenAnswer, toldAfterPassword } from './passkeys/proven.js';
import { requestOptionsOf } from './passkeys/relying-party.js';
import { signInWithPasskey } from './passkeys/sign-in.js';
import { type SignInResult, signIn } from './sign-in.js';

export const loginForm: StepForm<'login'> = { kind: 'login', boundToUser: false };

/** What the page shows besides the facts of the visit. */
interface LoginView {
  /** Somebody is signed in already and has to do it once more. */
  readonly again?: boolean;
  readonly byPasskey?: boolean | undefined;
  readonly identifier?: string;
  readonly problem?: LoginProblem;
  /** The id of a passkey that is nobody's. */
  readonly unknownPasskey?: string | undefined;
}

/** What saying no leads to: back to the client, or nowhere where a device asks. */
const cancelLabel = (visit: Visit): string =>
  visit.purpose === 'device' ? visit.view.texts.consent.deny : visit.view.texts.login.cancel(clientOnPage(visit).name);

function render(idp: Idp, visit: Visit, shown: LoginView): Page {
  const suggested =
    visit.pendingLink?.snapshot.label ?? visit.request.loginHint ?? (shown.again ? visit.session?.username : undefined);
  // Shown while something else is due, it was asked for by whoever wants another account.
  const otherAccount = stepOf(idp, visit).kind === 'login' ? undefined : ('otherAccount' as const);
  return renderLoginPage(
    { ...visit.view, here: hubPath(idp, visit, otherAccount) },
    {
      lostPasswordUrl: lostPasswordUrl(idp),
      signUp: signUpLink(idp, visit.view.texts),
      chooseUrl: knowsOthers(idp, visit) ? hubPath(idp, visit, 'chooseAccount') : undefined,
      client: clientOnPage(visit),
      ...formOf(idp, visit, loginForm),
      // Nobody waits for an answer where somebody comes to their own account.
      cancel:
        visit.purpose === 'account' ? undefined : { ...formOf(idp, visit, consentForm), label: cancelLabel(visit) },
      linking: idp.config.identityProviders.find(({ id }) => id === visit.pendingLink?.provider)?.name,
      again: shown.again,
      byPasskey: shown.byPasskey,
      identifier: shown.identifier ?? suggested,
      problem: shown.problem,
      providers: idp.config.identityProviders.map(({ id, name }) => ({ name, action: federationPath(idp, id, visit) })),
      offersEmailCode: idp.config.factors.email === 'first',
      passkey: { script: idp.script, options: requestOptionsOf(idp, visit), unknown: shown.unknownPasskey },
    },
  );
}

/** @param identifier of the account that somebody has chosen */
export function loginPage(idp: Idp, visit: Visit, identifier?: string): Answer {
  const step = stepOf(idp, visit);
  const due = step.kind === 'login' ? { again: step.again, byPasskey: step.byPasskey } : {};
  const page = render(idp, visit, { ...due, ...(identifier !== undefined && { identifier }) });
  return { page, cookies: [interactionCookie(visit.interactionId)] };
}

/** What is missing in the form, before anything is looked up. */
function incomplete(form: Parameters, text: Texts['login']): LoginProblem | undefined {
  const identifier = identifierKey(form.get('identifier') ?? '') === '' ? text.missingIdentifier : undefined;
  const password = form.has('password') ? undefined : text.missingPassword;
  return identifier || password ? { title: text.problem, identifier, password } : undefined;
}

function delayed(idp: Idp, until: Date, text: Texts['login']) {
  const retryAfter = retryAfterSeconds(until, idp.clock.now());
  return { retryAfter, problem: { title: text.delayedTitle, message: text.delayed(retryAfter) } };
}

/** On to the hub, by a page that tells the password manager where there is one to tell. */
async function passwordProven(
  idp: Idp,
  sent: SentForm,
  { cookies: signedIn, account }: Extract<SignInResult, { kind: 'proven' }>,
): Promise<Answer> {
  const { visit, form } = sent;
  const cookies = [...signedIn, ...toldAbility(visit.cookies, form)];
  const isTold = signedIn.length > 0 && form.get('able') === 'yes';
  const page = isTold && account ? await toldAfterPassword(idp, visit, account) : undefined;
  return page ? { page, cookies } : { seeOther: hubPath(idp, visit), cookies };
}

/** The form that only the script sends. */
async function submitPasskey(idp: Idp, sent: SentForm): Promise<Answer> {
  const { visit } = sent;
  const { texts } = visit.view;
  const result = await signInWithPasskey(idp, sent);
  switch (result.kind) {
    case 'proven':
      return provenAnswer(idp, visit, result);
    case 'stale':
      return { seeOther: hubPath(idp, visit) };
    case 'refused': {
      const { unknown: unknownPasskey } = result;
      const message = unknownPasskey === undefined ? texts.login.passkeyRefused : texts.login.passkeyUnknown;
      const problem = { title: texts.login.problem, message };
      return { page: render(idp, visit, { problem, unknownPasskey }), status: 422 };
    }
    case 'delayed': {
      const { retryAfter, problem } = delayed(idp, result.until, texts.login);
      return { page: render(idp, visit, { problem }), status: 429, retryAfter };
    }
  }
}

/** Mails a code in the place of a password to whoever is called so, if anybody is. */
async function askEmailCode(idp: Idp, { visit, form, asked }: SentForm): Promise<Answer> {
  const { login: text, emailCode } = visit.view.texts;
  const identifier = form.get('identifier') ?? '';
  if (identifierKey(identifier) === '') {
    const problem = { title: text.problem, identifier: text.missingIdentifier };
    return { page: render(idp, visit, { identifier, problem }), status: 422 };
  }
  const wait = waitForEmailCode(idp, asked);
  if (wait > 0) {
    const problem = { title: text.delayedTitle, message: emailCode.busy(Math.ceil(wait / 60_000)) };
    return { page: render(idp, visit, { identifier, problem }), status: 429, retryAfter: Math.ceil(wait / 1000) };
  }
  await mailCodeByName(idp, asked, visit, identifier);
  return { seeOther: hubPath(idp, visit, 'emailCode') };
}

/** Asks for username or e-mail and password, or for a passkey, or has a code mailed. */
export const loginStep = (idp: Idp, password: AuthenticationMethod): InteractionStep<'login'> => ({
  ...loginForm,
  page: (visit) => loginPage(idp, visit),
  async submit(sent) {
    const { visit, form } = sent;
    if (form.has('email_code') && idp.config.factors.email === 'first') return askEmailCode(idp, sent);
    if (form.has('passkey')) return submitPasskey(idp, sent);
    const identifier = form.get('identifier') ?? '';
    const text = visit.view.texts.login;
    const ask = (problem: LoginProblem): Page => render(idp, visit, { identifier, problem });
    const missing = incomplete(form, text);
    if (missing) return { page: ask(missing), status: 422 };
    const result = await signIn(idp, password, sent);
    switch (result.kind) {
      case 'proven':
        return passwordProven(idp, sent, result);
      case 'refused':
        return { page: ask({ title: text.problem, message: text.refused }), status: 422 };
      case 'delayed': {
        const { retryAfter, problem } = delayed(idp, result.until, text);
        return { page: ask(problem), status: 429, retryAfter };
      }
    }
  },
});
