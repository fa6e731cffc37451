import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { PageRefusal } from '../../pages/error-pages.js';
import { addressBlock } from '../../protocol/address-block.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import { askPasswordReset } from '../../storage/mail/mailed-links.js';
import { soughtIdentifier } from '../../storage/people/users.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from '../interaction/answer.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { renderForgottenPage, renderSentPage } from './pages.js';
import { forgottenPasswordPath, recoveryView } from './paths.js';

/** Milliseconds in which a link is good (OWASP ASVS 5.0 §6.5.5 has ten minutes for codes; this is 256 random bits). */
export const linkLifetime = 30 * 60_000;

/** Every answer takes at least so long, in milliseconds: whether there is such an account cannot be told by the time. */
const leastTime = 150;

/** Too many links were asked for from one address block. */
const tooMany = (minutes: number): PageRefusal =>
  new PageRefusal(
    ({ recovery: text }) => ({ status: 429, title: text.busyTitle, message: text.busy(minutes) }),
    'too many links for new passwords were asked for from this address block',
  );

async function sendLink(idp: Idp, asked: Asked, identifier: string): Promise<void> {
  const secret = idp.random.token();
  const now = idp.clock.now();
  const url = endpointUrl(idp.config.publicUrls.idp, 'resetPassword', { link: '' }).replace(/\/$/, '');
  const mail = idp.mailing.mail(
    'password_reset',
    { url, minutes: linkLifetime / 60_000 },
    { secret, lifetime: linkLifetime },
  );
  if (mail === null) return;
  const outcome = await idp.events.recordWith(asked, { type: 'password_reset_asked' }, (audit) =>
    askPasswordReset(idp.sql, {
      ...soughtIdentifier(identifier),
      secretHash: hashToken(secret),
      mail,
      now,
      expiresAt: after(now, linkLifetime),
      audit,
    }),
  );
  idp.mailing.tell(mail, outcome);
}

/** GET and POST /password/forgotten: a link to the owner's address, and the same answer to everybody. */
export const forgottenPassword =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const view = recoveryView(idp, req, forgottenPasswordPath(idp));
    if (req.method !== 'POST')
      return sendAnswer(idp, res, { page: renderForgottenPage(view, forgottenPasswordPath(idp)) });
    assertOwnForm(idp, req);
    const identifier = (await readForm(req)).get('identifier') ?? '';
    if (identifierKey(identifier) === '') {
      const page = renderForgottenPage(view, forgottenPasswordPath(idp), true);
      return sendAnswer(idp, res, { page, status: 422 });
    }
    const asked = askedOf(req);
    const wait = idp.linksAskedFor.take(addressBlock(asked.address ?? ''));
    if (wait > 0) {
      res.set('Retry-After', String(Math.ceil(wait / 1000)));
      throw tooMany(Math.ceil(wait / 60_000));
    }
    await Promise.all([sendLink(idp, asked, identifier), sleep(leastTime)]);
    sendAnswer(idp, res, { page: renderSentPage(view, forgottenPasswordPath(idp), linkLifetime / 60_000) });
  };
