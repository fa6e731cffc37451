import { isMailOn } from '../../config/configuration.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';

export const forgottenPasswordPath = ({ config }: Idp): string =>
  endpointUrl(new URL(config.publicUrls.idp).pathname, 'forgottenPassword');

/** Where a new password is to be had: at the installation's own page, or here once mail is on. */
export const lostPasswordUrl = (idp: Idp): string | undefined =>
  idp.config.pages.lostPasswordUrl ?? (isMailOn(idp.config) ? forgottenPasswordPath(idp) : undefined);
