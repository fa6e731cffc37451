import type { Request, RequestHandler } from 'express';
import { askedOf } from '../../http/request/asked.js';
import { initiateLoginUrl } from '../../protocol/authorization/initiate-login.js';
import { acceptInvitation as accept, findInvitation } from '../../storage/people/invitations.js';
import { startAccount } from '../account/begin.js';
import { presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from '../interaction/answer.js';
import { asideAt } from '../interaction/continued.js';
import { hubPath, signUpPath } from '../interaction/paths.js';
import { readVisit, type Visit } from '../interaction/visit.js';
import { accountByLink, signedInAt } from './account-by-link.js';
import { renderByInvitationPage } from './pages.js';

/** GET and POST /sign-up where accounts are by invitation: says so, whoever asks. */
export const signUpByInvitation =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const { view, signIn } = await asideAt(idp, req, signUpPath(idp));
    const status = req.method === 'POST' ? 403 : 200;
    sendAnswer(idp, res, { page: renderByInvitationPage(view, signIn), status });
  };

/** Of somebody who comes by the mail alone: a sign-in that leads to their account. */
async function ownVisit(idp: Idp, req: Request): Promise<Visit> {
  const cookies = presentedCookies(idp, req);
  const browser = cookies.browser ?? idp.random.token(16);
  return readVisit(idp, await startAccount(idp, askedOf(req), 'account'), { ...cookies, browser });
}

/**
 * /invitation/:link: whoever was invited is signed in afterwards, and goes on with what they came from or else to the application for
 * which they were invited, by its initiate_login_uri (OIDC Core §4), or to their account.
 */
export const acceptInvitation = (idp: Idp): RequestHandler =>
  accountByLink(idp, {
    endpoint: 'acceptInvitation',
    async find(secretHash) {
      const found = await findInvitation(idp.sql, secretHash, idp.clock.now());
      return found && { ...found, name: found.name ?? '' };
    },
    use: (account) => accept(idp.sql, account),
    async goingOn(req, aside, { clientId, initiateLoginUri }) {
      const goesOn = aside.visit && (clientId === null || aside.visit.clientId === clientId);
      const visit = goesOn ? aside.visit : await ownVisit(idp, req);
      const seeOther =
        goesOn || initiateLoginUri === null
          ? hubPath(idp, visit)
          : initiateLoginUrl(initiateLoginUri, idp.config.issuer);
      return (account) => signedInAt(idp, req, visit, account, seeOther);
    },
  });
