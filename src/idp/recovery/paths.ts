import type { Request } from 'express';
import { isMailOn } from '../../config/configuration.js';
import { type View, viewFor } from '../../pages/view.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';
import { presentedCookies } from '../interaction/cookies.js';

export const forgottenPasswordPath = ({ config }: Idp): string =>
  endpointUrl(new URL(config.publicUrls.idp).pathname, 'forgottenPassword');

/** Where a new password is to be had: at the installation's own page, or here once mail is on. */
export const lostPasswordUrl = (idp: Idp): string | undefined =>
  idp.config.pages.lostPasswordUrl ?? (isMailOn(idp.config) ? forgottenPasswordPath(idp) : undefined);

/** @param here the path that shows the page again */
export const recoveryView = (idp: Idp, req: Request, here: string): View =>
  viewFor(idp.brand, presentedCookies(idp, req).reader, { here });
