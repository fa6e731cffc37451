import type { Request, RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { addressBlock } from '../../protocol/address-block.js';
import type { PasswordProblem } from '../../protocol/password/policy.js';
import { findPasswordReset, type LinkedAccount, resetPassword as storeReset } from '../../storage/mail/mailed-links.js';
import { sessionCookie } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { type Aside, asideAt } from '../interaction/continued.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { linkGone, linkPath } from '../mailed-link.js';
import { renderNewPasswordPage, renderPasswordChangedPage } from './pages.js';

const purpose = 'reset_password';

interface OpenedLink {
  readonly link: string;
  readonly account: LinkedAccount;
  readonly aside: Aside;
}

function page(idp: Idp, { link, account, aside }: OpenedLink, problem?: PasswordProblem): Answer {
  const shown = renderNewPasswordPage(idp, aside.view, {
    name: account.username,
    email: account.email,
    action: linkPath(idp, 'resetPassword', link),
    csrf: csrfToken(idp.csrfKey, link, purpose),
    problem,
  });
  return { page: shown, status: problem === undefined ? 200 : 422 };
}

/** Sets the password: the link is used up, and whoever was signed in with the old one is no longer. @throws PageRefusal */
async function setPassword(
  idp: Idp,
  req: Request,
  { link, account, aside }: OpenedLink,
  password: string,
): Promise<Answer> {
  const asked = askedOf(req);
  const passwordHash = await idp.passwords.hash(password, { block: addressBlock(asked.address ?? ''), known: false });
  const now = idp.clock.now();
  const notice = idp.mailing.notice('password_changed', { at: now.toISOString() });
  const reset = await idp.events.recordWith(asked, { type: 'password_reset', userId: account.userId }, (audit) =>
    storeReset(idp.sql, { secretHash: hashToken(link), passwordHash, now, notice, audit }),
  );
  if (!reset) throw linkGone();
  idp.mailing.tell(notice, reset.notice);
  idp.logoutWake.wake();
  return { page: renderPasswordChangedPage(aside), cookies: [sessionCookie(null)] };
}

/**
 * GET and POST /password/reset/:link: what looks at links before people do only gets the form, which uses the link up.
 * The form's token is bound to the link: whoever has that may set the password.
 */
export const resetPassword =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const link = String(req.params.link);
    const account = await findPasswordReset(idp.sql, hashToken(link), idp.clock.now());
    if (!account) throw linkGone();
    const opened = { link, account, aside: await asideAt(idp, req, linkPath(idp, 'resetPassword', link)) };
    if (req.method !== 'POST') return sendAnswer(idp, res, page(idp, opened));
    assertOwnForm(idp, req);
    const form = await readForm(req);
    assertCsrfToken(idp.csrfKey, link, purpose, form.get('csrf'));
    const password = form.get('password') ?? '';
    const problem = await idp.passwordCheck.problem(password, [account.username, account.email]);
    sendAnswer(idp, res, problem ? page(idp, opened, problem) : await setPassword(idp, req, opened, password));
  };
