import type { RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { linkPlace, resetLifetime } from '../../mail/mailed-link.js';
import { isEmailAddress } from '../../protocol/sign-in/identifiers.js';
import { askSignUp } from '../../storage/people/sign-up.js';
import { soughtIdentifier } from '../../storage/people/users.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from '../interaction/answer.js';
import { asideAt } from '../interaction/continued.js';
import { signUpPath } from '../interaction/paths.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { assertLinksLeft, inLeastTime, signUpLifetime } from '../mailed-link.js';
import { renderAddressSentPage, renderSignUpPage } from './pages.js';

/** The mail with a link to a new account, and the one that goes to whoever has an account already. */
function mailsOf(idp: Idp, secret: string, language: string) {
  const unknown = idp.mailing.mail(
    'sign_up',
    { url: linkPlace(idp, 'signUpByLink'), hours: signUpLifetime / 3_600_000 },
    { secret, lifetime: signUpLifetime, language },
  );
  const known = idp.mailing.mail(
    'account_exists',
    { url: linkPlace(idp, 'resetPassword'), minutes: resetLifetime / 60_000 },
    { secret, lifetime: resetLifetime },
  );
  return unknown && known && { unknown, known };
}

async function sendLink(idp: Idp, asked: Asked, email: string, language: string): Promise<void> {
  const secret = idp.random.token();
  const mails = mailsOf(idp, secret, language);
  if (!mails) return;
  const now = idp.clock.now();
  const { known, outcome } = await idp.events.recordWith(asked, { type: 'sign_up_asked' }, (audit) =>
    askSignUp(idp.sql, {
      ...soughtIdentifier(email),
      secretHash: hashToken(secret),
      mails,
      now,
      expiresAt: after(now, signUpLifetime),
      resetExpiresAt: after(now, resetLifetime),
      audit,
    }),
  );
  idp.mailing.tell(known ? mails.known : mails.unknown, outcome);
}

/**
 * GET and POST /sign-up (OIDC Prompt Create §4.1): a link to the address, and the same answer whether it has an account or not. What
 * the account is, its password above all, is said by whoever has read the mail: nobody can prepare an account for another's address.
 */
export const signUp =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const { view, signIn } = await asideAt(idp, req, signUpPath(idp));
    const page = { action: signUpPath(idp), signIn };
    if (req.method !== 'POST') return sendAnswer(idp, res, { page: renderSignUpPage(view, page) });
    assertOwnForm(idp, req);
    const email = ((await readForm(req)).get('email') ?? '').trim();
    if (!isEmailAddress(email)) {
      return sendAnswer(idp, res, { page: renderSignUpPage(view, { ...page, faulty: email }), status: 422 });
    }
    const asked = askedOf(req);
    assertLinksLeft(idp, res, asked);
    await inLeastTime(sendLink(idp, asked, email, view.texts.language));
    sendAnswer(idp, res, { page: renderAddressSentPage(view, email, signUpPath(idp)) });
  };
