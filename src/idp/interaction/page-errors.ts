import type { ErrorRequestHandler, Request } from 'express';
import { errorPages } from '../../pages/error-pages.js';
import { endpoints } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';
import { hubPath, logoutPath } from './paths.js';

/** Back to where things stand: the interaction's hub, or the question whether to sign out. */
function wayOn(idp: Idp, req: Request): string | undefined {
  const { interaction } = req.params as { interaction?: string };
  if (interaction !== undefined) return hubPath(idp, { interactionId: interaction });
  return req.path === endpoints.confirmLogout.path ? logoutPath(idp) : undefined;
}

/** Refusals of idp are pages for people, with a way back. */
export const pageErrors = (idp: Idp): ErrorRequestHandler =>
  errorPages({
    log: idp.log,
    productName: idp.config.pages.productName,
    profile: idp.config.profile,
    wayOn: (req) => wayOn(idp, req),
  });
