import type { RequestHandler } from 'express';
import { findSignUp, signUpByLink as storeSignUp } from '../../storage/people/sign-up.js';
import type { Idp } from '../deps.js';
import { hubPath } from '../interaction/paths.js';
import { accountByLink, signedInAt } from './account-by-link.js';
import { renderWelcomePage } from './pages.js';

/** /sign-up/:link: the link that somebody had sent to their address. */
export const signUpByLink = (idp: Idp): RequestHandler =>
  accountByLink(idp, {
    endpoint: 'signUpByLink',
    async find(secretHash) {
      const email = await findSignUp(idp.sql, secretHash, idp.clock.now());
      return email === null ? null : { id: idp.random.uuid(), email, name: '' };
    },
    use: (account) => storeSignUp(idp.sql, account),
    async goingOn(req, { visit, view, signIn }) {
      if (visit) return (account) => signedInAt(idp, req, visit, account, hubPath(idp, visit));
      return async () => ({ page: renderWelcomePage(view, signIn) });
    },
  });
