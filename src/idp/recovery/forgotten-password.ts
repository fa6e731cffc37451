import type { RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { passwordResetMail, resetLifetime } from '../../mail/mailed-link.js';
import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import { askPasswordReset } from '../../storage/mail/mailed-links.js';
import { soughtIdentifier } from '../../storage/people/users.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from '../interaction/answer.js';
import { asideAt } from '../interaction/continued.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { assertLinksLeft, inLeastTime } from '../mailed-link.js';
import { renderForgottenPage, renderSentPage } from './pages.js';
import { forgottenPasswordPath } from './paths.js';

async function sendLink(idp: Idp, asked: Asked, identifier: string): Promise<void> {
  const secret = idp.random.token();
  const now = idp.clock.now();
  const mail = passwordResetMail(idp, secret);
  if (mail === null) return;
  const outcome = await idp.events.recordWith(asked, { type: 'password_reset_asked' }, (audit) =>
    askPasswordReset(idp.sql, {
      ...soughtIdentifier(identifier),
      secretHash: hashToken(secret),
      mail,
      now,
      expiresAt: after(now, resetLifetime),
      audit,
    }),
  );
  idp.mailing.tell(mail, outcome);
}

/** GET and POST /password/forgotten: a link to the owner's address, and the same answer to everybody. */
export const forgottenPassword =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const { view, signIn } = await asideAt(idp, req, forgottenPasswordPath(idp));
    const page = { action: forgottenPasswordPath(idp), signIn };
    if (req.method !== 'POST') return sendAnswer(idp, res, { page: renderForgottenPage(view, page) });
    assertOwnForm(idp, req);
    const identifier = (await readForm(req)).get('identifier') ?? '';
    if (identifierKey(identifier) === '') {
      return sendAnswer(idp, res, { page: renderForgottenPage(view, { ...page, isMissing: true }), status: 422 });
    }
    const asked = askedOf(req);
    assertLinksLeft(idp, res, asked);
    await inLeastTime(sendLink(idp, asked, identifier));
    sendAnswer(idp, res, { page: renderSentPage(view, forgottenPasswordPath(idp), resetLifetime / 60_000) });
  };
