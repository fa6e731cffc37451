import { PageRefusal } from '../../pages/error-pages.js';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';

/** The request to which an interaction belongs, as far as its pages have to know it. */
type LanguagesAsked = Pick<ValidatedAuthorizationRequest, 'uiLocales'>;

/** Never there, expired or swept: the database does not say which, and the person need not know. */
export const interactionGone = (): PageRefusal =>
  new PageRefusal(
    ({ interaction: text }) => ({ status: 410, title: text.goneTitle, message: text.gone }),
    'the interaction is unknown or has expired',
  );

/** Bound to another browser, or to this one before it lost its cookies. */
export const foreignBrowser = ({ uiLocales }: LanguagesAsked): PageRefusal =>
  new PageRefusal(
    ({ interaction: text }) => ({ status: 403, title: text.foreignTitle, message: text.foreign }),
    'the interaction is another browser’s',
    uiLocales,
  );

/** The browser came back without the cookie that it was given. */
export const cookiesMissing = ({ uiLocales }: LanguagesAsked): PageRefusal =>
  new PageRefusal(
    ({ interaction: text }) => ({ status: 403, title: text.cookiesTitle, message: text.cookies }),
    'the browser keeps no cookie',
    uiLocales,
  );

/** No request to the provider is on its way in this browser. */
export const federationGone = (): PageRefusal =>
  new PageRefusal(
    ({ federation: text }) => ({ status: 410, title: text.goneTitle, message: text.gone }),
    'the answer of an identity provider to no request of this browser',
  );

/** Completed by another session than the current one. */
export const interactionFinished = ({ uiLocales }: LanguagesAsked): PageRefusal =>
  new PageRefusal(
    ({ interaction: text }) => ({ status: 410, title: text.finishedTitle, message: text.finished }),
    'the interaction was completed by another session',
    uiLocales,
  );

export const clientDisabled = ({ uiLocales }: LanguagesAsked): PageRefusal =>
  new PageRefusal(
    ({ interaction: text }) => ({ status: 403, title: text.clientDisabledTitle, message: text.clientDisabled }),
    'the client is disabled',
    uiLocales,
  );

/** A form that another site sent, before its token is even looked at. */
export const crossSiteForm = (): PageRefusal =>
  new PageRefusal(
    ({ forms: text }) => ({ status: 403, title: text.crossSiteTitle, message: text.crossSite }),
    'the form came from another site',
  );

export const unknownDecision = (): PageRefusal =>
  new PageRefusal(
    ({ forms: text }) => ({ status: 400, title: text.staleTitle, message: text.stale }),
    'the form holds no decision',
  );

/** A logout request that is not what it says, in a browser where nobody is signed in. */
export const invalidLogout = (): PageRefusal =>
  new PageRefusal(
    ({ logout: text }) => ({ status: 400, title: text.invalidTitle, message: text.invalid }),
    'the logout request is not valid',
  );
