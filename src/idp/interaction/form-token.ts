import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import type { Parameters } from '../../protocol/parameters.js';
import type { Idp } from '../deps.js';
import type { Visit } from './visit.js';

type FormOfInteraction = 'login' | 'consent';

/** A consent form also names who was asked: shown to one user, it can't be sent as another. */
const purposeOf = (visit: Visit, form: FormOfInteraction): string =>
  form === 'consent' ? `consent ${visit.interactionId} ${visit.session?.userId ?? ''}` : `login ${visit.interactionId}`;

export const formToken = (idp: Idp, visit: Visit, form: FormOfInteraction): string =>
  csrfToken(idp.csrfKey, visit.browser, purposeOf(visit, form));

/** @throws CsrfError unless the form was rendered by us for this browser, interaction and, at consent, user */
export const assertForm = (idp: Idp, visit: Visit, form: FormOfInteraction, sent: Parameters): void =>
  assertCsrfToken(idp.csrfKey, visit.browser, purposeOf(visit, form), sent.get('csrf'));
