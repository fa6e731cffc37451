import type { Request, RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { linkPlace } from '../../mail/mailed-link.js';
import { PageRefusal } from '../../pages/error-pages.js';
import { viewFor } from '../../pages/view.js';
import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import { findAccountSession } from '../../storage/people/account.js';
import {
  changeEmail,
  type EmailOutcome,
  findEmailLink,
  type LinkedEmail,
  undoEmailChange,
} from '../../storage/people/own-email.js';
import { presentedCookies, sessionCookie } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { accountPath } from '../interaction/paths.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { linkGone, linkPath, undoLifetime } from '../mailed-link.js';
import { lostPasswordUrl } from '../recovery/paths.js';
import { renderConfirmEmailPage, renderSignInFirstPage, renderUndonePage, renderUndoPage } from './pages.js';

type LinkName = 'changeEmail' | 'undoEmailChange';

const kinds = { changeEmail: 'change_email', undoEmailChange: 'undo_email_change' } as const;

interface OpenedLink extends LinkedEmail {
  readonly name: LinkName;
  readonly link: string;
}

async function opened(idp: Idp, name: LinkName, req: Request): Promise<OpenedLink> {
  const link = String(req.params.link);
  const sought = { secretHash: hashToken(link), kind: kinds[name], now: idp.clock.now() };
  const found = await findEmailLink(idp.sql, sought);
  if (!found) throw linkGone();
  return { ...found, name, link };
}

const viewOf = (idp: Idp, req: Request, { name, link }: OpenedLink) =>
  viewFor(idp.brand, presentedCookies(idp, req).reader, { here: linkPath(idp, name, link) });

const pageOf = (idp: Idp, { name, link, email }: OpenedLink) => ({
  email,
  action: linkPath(idp, name, link),
  csrf: csrfToken(idp.csrfKey, link, name),
});

async function assertForm(idp: Idp, req: Request, { name, link }: OpenedLink): Promise<void> {
  assertOwnForm(idp, req);
  assertCsrfToken(idp.csrfKey, link, name, (await readForm(req)).get('csrf'));
}

/** @throws PageRefusal unless the address was set */
function assertSet(outcome: EmailOutcome): void {
  if (outcome === 'gone') throw linkGone();
  if (outcome === 'taken')
    throw new PageRefusal(
      ({ emailChange: text }) => ({ status: 409, title: text.takenTitle, message: text.taken }),
      'the address is that of another account',
    );
}

/** Whether the browser is signed in to the account that the link is of: who was mailed it by mistake is not. */
async function isOwner(idp: Idp, req: Request, { userId }: OpenedLink): Promise<boolean> {
  const { session } = presentedCookies(idp, req);
  if (session === undefined) return false;
  return (await findAccountSession(idp.sql, hashToken(session), idp.clock.now()))?.userId === userId;
}

async function change(idp: Idp, req: Request, { link, userId, email }: OpenedLink): Promise<Answer> {
  const [now, secret] = [idp.clock.now(), idp.random.token()];
  const undo = { url: linkPlace(idp, 'undoEmailChange'), days: undoLifetime / 86_400_000, at: now.toISOString() };
  const notice = idp.mailing.mail('email_changed', undo, { secret, always: true });
  const event = { type: 'user_changed', userId, detail: { change: 'e-mail address set' } } as const;
  let outcome: EmailOutcome = 'gone';
  await idp.events.recordWith(askedOf(req), event, async (audit) => {
    const done = await changeEmail(idp.sql, {
      secretHash: hashToken(link),
      emailKey: identifierKey(email),
      now,
      audit,
      notice,
      undoHash: hashToken(secret),
      undoExpiresAt: after(now, undoLifetime),
    });
    outcome = done.outcome;
    idp.mailing.tell(notice, done.notice);
    return outcome === 'changed';
  });
  assertSet(outcome);
  return { seeOther: accountPath(idp, 'account') };
}

/**
 * GET and POST /email/change/:link: the address to which it was mailed becomes that of the account, for somebody who is signed in there.
 * What looks at links before people do only gets the form.
 */
export const changeEmailByLink =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const link = await opened(idp, 'changeEmail', req);
    const view = viewOf(idp, req, link);
    if (!(await isOwner(idp, req, link)))
      return sendAnswer(idp, res, { page: renderSignInFirstPage(view, accountPath(idp, 'account')) });
    if (req.method !== 'POST') return sendAnswer(idp, res, { page: renderConfirmEmailPage(view, pageOf(idp, link)) });
    await assertForm(idp, req, link);
    sendAnswer(idp, res, await change(idp, req, link));
  };

async function putBack(idp: Idp, req: Request, { link, userId, email }: OpenedLink): Promise<void> {
  const event = { type: 'user_changed', userId, detail: { change: 'e-mail address put back' } } as const;
  const given = { secretHash: hashToken(link), emailKey: identifierKey(email), now: idp.clock.now() };
  let outcome: EmailOutcome = 'gone';
  await idp.events.recordWith(askedOf(req), event, async (audit) => {
    outcome = await undoEmailChange(idp.sql, { ...given, audit });
    return outcome === 'changed';
  });
  assertSet(outcome);
  idp.logoutWake.wake();
}

/** GET and POST /email/undo/:link: the address is put back, and everybody is signed out; for whoever reads what is sent there. */
export const undoEmailByLink =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const link = await opened(idp, 'undoEmailChange', req);
    const view = viewOf(idp, req, link);
    if (req.method !== 'POST') return sendAnswer(idp, res, { page: renderUndoPage(view, pageOf(idp, link)) });
    await assertForm(idp, req, link);
    await putBack(idp, req, link);
    sendAnswer(idp, res, { page: renderUndonePage(view, lostPasswordUrl(idp)), cookies: [sessionCookie(null)] });
  };
