import type { ErrorRequestHandler, Request } from 'express';
import { errorPages } from '../../pages/error-pages.js';
import type { PageContext } from '../../pages/view.js';
import { accountPages, endpoints } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';
import { accountPath, hubPath, logoutPath, pageContext } from './paths.js';

/** The account page at the request's address. */
function accountAt(idp: Idp, req: Request): string | undefined {
  const name = accountPages.find((page) => endpoints[page].path === req.path);
  return name && accountPath(idp, name);
}

const isFederationCallback = (path: string): boolean => {
  const [before = '', behind = ''] = endpoints.federationCallback.path.split(':provider');
  return path.startsWith(before) && path.endsWith(behind);
};

/** Back to where things stand: the interaction's hub, the account page, or the question whether to sign out. */
function wayOn(idp: Idp, req: Request): string | undefined {
  const { interaction } = req.params as { interaction?: string };
  if (interaction !== undefined) return hubPath(idp, { interactionId: interaction });
  return req.path === endpoints.confirmLogout.path ? logoutPath(idp) : accountAt(idp, req);
}

/**
 * An interaction's errors are shown again at its hub, those of an account page there, those of a sign-out where it began. The answer of
 * another provider that belongs to no interaction is shown once.
 */
function contextOf(idp: Idp, req: Request): PageContext {
  const { interaction } = req.params as { interaction?: string };
  if (interaction !== undefined) return pageContext(idp, { interactionId: interaction });
  if (isFederationCallback(req.path)) return {};
  return { here: accountAt(idp, req) ?? logoutPath(idp) };
}

/** Refusals of idp are pages for people, with a way back. */
export const pageErrors = (idp: Idp): ErrorRequestHandler =>
  errorPages({
    log: idp.log,
    brand: idp.brand,
    cookies: idp.cookies,
    profile: idp.config.profile,
    wayOn: (req) => wayOn(idp, req),
    contextOf: (req) => contextOf(idp, req),
  });
