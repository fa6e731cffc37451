import { PageRefusal } from '../../pages/error-pages.js';
import { texts } from '../../pages/texts.js';

const text = texts.interaction;

/** Never there, expired or swept: the database does not say which, and the person need not know. */
export const interactionGone = (): PageRefusal =>
  new PageRefusal(
    { status: 410, title: text.goneTitle, message: text.gone },
    'the interaction is unknown or has expired',
  );

/** Bound to another browser, or to this one before it lost its cookies. */
export const foreignBrowser = (): PageRefusal =>
  new PageRefusal(
    { status: 403, title: text.foreignTitle, message: text.foreign },
    'the interaction is another browser’s',
  );

/** The browser came back without the cookie that it was given. */
export const cookiesMissing = (): PageRefusal =>
  new PageRefusal({ status: 403, title: text.cookiesTitle, message: text.cookies }, 'the browser keeps no cookie');

/** Completed by another session than the current one. */
export const interactionFinished = (): PageRefusal =>
  new PageRefusal(
    { status: 410, title: text.finishedTitle, message: text.finished },
    'the interaction was completed by another session',
  );

export const clientDisabled = (): PageRefusal =>
  new PageRefusal(
    { status: 403, title: text.clientDisabledTitle, message: text.clientDisabled },
    'the client is disabled',
  );

/** A form that another site sent, before its token is even looked at. */
export const crossSiteForm = (): PageRefusal =>
  new PageRefusal(
    { status: 403, title: texts.forms.crossSiteTitle, message: texts.forms.crossSite },
    'the form came from another site',
  );

export const unknownDecision = (): PageRefusal =>
  new PageRefusal(
    { status: 400, title: texts.forms.staleTitle, message: texts.forms.stale },
    'the form holds no decision',
  );

/** A logout request that is not what it says, in a browser where nobody is signed in. */
export const invalidLogout = (): PageRefusal =>
  new PageRefusal(
    { status: 400, title: texts.logout.invalidTitle, message: texts.logout.invalid },
    'the logout request is not valid',
  );
