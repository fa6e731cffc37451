import { hashToken } from '../../../crypto/digest.js';
import { findNamedAccounts } from '../../../storage/people/account.js';
import { chooseSession } from '../../../storage/sessions/account-choice.js';
import { type PresentSession, sessionCookies } from '../../cookies/browser-sessions.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { formOf } from '../../interaction/interaction-form.js';
import { clientOnPage, personOnPage } from '../../interaction/parts.js';
import { hubPath } from '../../interaction/paths.js';
import { unknownDecision } from '../../interaction/refusal.js';
import { forgetAccount, rememberedAccounts } from '../../interaction/remembered-accounts.js';
import type { InteractionStep, SentForm, StepForm } from '../../interaction/step.js';
import type { Visit } from '../../interaction/visit.js';
import { endSessionHere, toldByBrowser } from '../../openid/end-session.js';
import { renderLoggedOutPage } from '../../openid/logout-page.js';
import { loginPage } from '../login.js';
import { type AccountOnPage, renderSelectAccountPage } from './select-account-page.js';

const selectAccountForm: StepForm<'selectAccount'> = { kind: 'selectAccount', boundToUser: false };

const signedInAccount = (session: PresentSession): AccountOnPage => ({
  userId: session.userId,
  person: personOnPage(session),
  isSignedIn: true,
  signedInAt: session.authTime,
});

/** Accounts that this browser has seen and whose sessions are over, as far as they can still be signed in to. */
async function signedOutAccounts(idp: Idp, visit: Visit): Promise<readonly AccountOnPage[]> {
  const remembered = rememberedAccounts(idp, visit).filter(
    ({ userId }) => !visit.sessions.some((session) => session.userId === userId),
  );
  if (remembered.length === 0) return [];
  const ids = remembered.map(({ userId }) => userId);
  const found = await findNamedAccounts(idp.sql, ids);
  return remembered.flatMap(({ userId, signedInAt }) => {
    const account = found.find(({ id }) => id === userId);
    if (!account) return [];
    return [{ userId, person: personOnPage(account), isSignedIn: false, signedInAt: new Date(signedInAt * 1000) }];
  });
}

/** Where the browser knows nobody, the sign-in itself. */
async function selectAccountPage(idp: Idp, visit: Visit): Promise<Answer> {
  const accounts = [...visit.sessions.map(signedInAccount), ...(await signedOutAccounts(idp, visit))];
  if (accounts.length === 0) return loginPage(idp, visit);
  const page = renderSelectAccountPage(
    { ...visit.view, here: hubPath(idp, visit, 'chooseAccount') },
    {
      client: clientOnPage(visit),
      accounts,
      ...formOf(idp, visit, selectAccountForm),
      otherAccount: hubPath(idp, visit, 'otherAccount'),
    },
  );
  return { page };
}

/** Makes the account's session the current one, or where it has none asks for its sign-in. */
async function continueAs(idp: Idp, { visit }: SentForm, userId: string): Promise<Answer> {
  const { sessions, interactionId } = visit;
  const chosen = sessions.find((session) => session.userId === userId);
  const here: Answer = { seeOther: hubPath(idp, visit) };
  if (!chosen) {
    const isRemembered = rememberedAccounts(idp, visit).some((account) => account.userId === userId);
    const [account] = isRemembered ? await findNamedAccounts(idp.sql, [userId]) : [];
    return account ? loginPage(idp, visit, account.email ?? account.username) : here;
  }
  const others = sessions.filter((session) => session !== chosen);
  const stands = await chooseSession(idp.sql, {
    interactionIdHash: hashToken(interactionId),
    chosenSecretHash: chosen.secretHash,
    otherSecretHashes: others.map(({ secretHash }) => secretHash),
    now: idp.clock.now(),
  });
  if (!stands) return here;
  idp.log.info('account chosen', { user_id: userId, session_id: chosen.id, client_id: visit.clientId });
  const kept = others.map(({ secret }) => secret);
  return { ...here, cookies: sessionCookies(chosen.secret, kept) };
}

/** Ends the account's session in this browser, which forgets it. */
async function remove(idp: Idp, { visit, asked }: SentForm, userId: string): Promise<Answer> {
  const { sessions, cookies } = visit;
  const ended = sessions.find((session) => session.userId === userId);
  const left = sessions.filter((session) => session !== ended);
  const over = ended && (await endSessionHere(idp, asked, ended.secret, null));
  const current = left.find(({ secret }) => secret === cookies.session);
  const kept = left.filter((session) => session !== current).map(({ secret }) => secret);
  const set = [...sessionCookies(current?.secret ?? null, kept), forgetAccount(idp, visit, userId)];
  const told = over ? await toldByBrowser(idp, over) : [];
  const goOnTo = hubPath(idp, visit, 'chooseAccount');
  if (told.length === 0) return { seeOther: goOnTo, cookies: set };
  return { page: renderLoggedOutPage(visit.view, { told, goOnTo, script: idp.script }), cookies: set };
}

/** Asks with which of the browser's accounts somebody goes on (OIDC Core §3.1.2.1 `select_account`). */
export const selectAccountStep = (idp: Idp): InteractionStep<'selectAccount'> => ({
  ...selectAccountForm,
  page: (visit) => selectAccountPage(idp, visit),
  async submit(sent) {
    const { form } = sent;
    const [chosen, removed] = [form.get('continue'), form.get('remove')];
    if (chosen !== undefined) return continueAs(idp, sent, chosen);
    if (removed !== undefined) return remove(idp, sent, removed);
    throw unknownDecision();
  },
});
