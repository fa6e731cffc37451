import { registrationOf } from '../../config/configuration.js';
import { hashToken, hmacSha256 } from '../../crypto/digest.js';
import type { Texts } from '../../pages/texts/en.js';
import type { PageContext } from '../../pages/view.js';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import { type AccountPage, accountPages, type EndpointName, endpointUrl } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';
import type { StepKind } from './step-kind.js';

/** What names an interaction in a URL. */
interface AtInteraction {
  readonly interactionId: string;
}

/** A path of ours as the browser sees it: idp's public URL may have a prefix that a proxy takes away. */
const pathOf = (idp: Idp, name: EndpointName, at?: AtInteraction): string =>
  endpointUrl(new URL(idp.config.publicUrls.idp).pathname, name, at && { interaction: at.interactionId });

/**
 * What the hub's query may ask for: the login page although somebody is signed in, or the accounts of the browser; not to try a cookie a
 * second time; the page for a code that somebody asked for in the place of a password.
 */
const hubQueries = {
  otherAccount: ['account', 'other'],
  chooseAccount: ['account', 'choose'],
  cookieWasSet: ['cookie', 'set'],
  emailCode: ['code', 'mailed'],
} as const;

type HubQuery = keyof typeof hubQueries;

/** Where every step leads back to. */
export const hubPath = (idp: Idp, at: AtInteraction, query?: HubQuery): string =>
  pathOf(idp, 'interaction', at) + (query === undefined ? '' : `?${hubQueries[query].join('=')}`);

export function hubIsAsked(url: string, query: HubQuery): boolean {
  const [name, value] = hubQueries[query];
  return new URLSearchParams(url.split('?')[1]).get(name) === value;
}

/** Where a step's form goes. */
export const stepPath = (idp: Idp, kind: StepKind, at: AtInteraction): string => pathOf(idp, kind, at);

/** Where the button of another provider leads. */
export const federationPath = ({ config }: Idp, provider: string, { interactionId }: AtInteraction): string =>
  endpointUrl(new URL(config.publicUrls.idp).pathname, 'federation', { provider, interaction: interactionId });

/** Where that provider sends the browser back to; to be registered there. */
export const federationCallbackUrl = ({ config }: Idp, provider: string): string =>
  endpointUrl(config.publicUrls.idp, 'federationCallback', { provider });

/** … and after a logout over there. */
export const federationLoggedOutUrl = ({ config }: Idp, provider: string): string =>
  endpointUrl(config.publicUrls.idp, 'federationLoggedOut', { provider });

/** By what the language cookie knows an interaction, whose id is a secret. */
export const languageRequest = ({ interactionId }: AtInteraction): string =>
  hashToken(interactionId).toString('base64url').slice(0, 12);

/** … and a session, by its secret: a choice in it outdoes what the account says. */
export const languageSession = (secret: string | undefined): string | undefined =>
  secret === undefined ? undefined : languageRequest({ interactionId: secret });

/** What a page of an interaction belongs to. */
export const pageContext = (idp: Idp, at: AtInteraction): PageContext => ({
  request: languageRequest(at),
  here: hubPath(idp, at),
});

/** A page of the account. */
export const accountPath = (idp: Idp, name: AccountPage): string => pathOf(idp, name);

/** The account page that an interaction of that purpose leads back to: one of ours by its name, whatever its row holds. */
export function accountReturn(idp: Idp, { redirectUri }: Pick<ValidatedAuthorizationRequest, 'redirectUri'>): string {
  const wanted = accountPages.find((name) => endpointUrl(idp.config.publicUrls.idp, name) === redirectUri);
  return accountPath(idp, wanted ?? 'account');
}

export const signUpPath = (idp: Idp): string => pathOf(idp, 'signUp');

/** Where everybody may ask for an account; undefined where not. */
export const openSignUp = (idp: Idp): string | undefined =>
  registrationOf(idp.config) === 'open' ? signUpPath(idp) : undefined;

/** What people without an account are pointed to, if there is anything for them. */
export function signUpLink(
  idp: Idp,
  { signUp: text }: Texts,
): { readonly url: string; readonly text: string } | undefined {
  switch (registrationOf(idp.config)) {
    case 'open':
      return { url: signUpPath(idp), text: text.title };
    case 'invitation':
      return { url: signUpPath(idp), text: text.byInvitation.link };
    case 'off':
      return undefined;
  }
}

/** Where the code of a device is entered. */
export const devicePath = (idp: Idp): string => pathOf(idp, 'device');

export const logoutPath = (idp: Idp): string => pathOf(idp, 'logout');
export const confirmLogoutPath = (idp: Idp): string => pathOf(idp, 'confirmLogout');

/** The one-time pointer that only this browser learns; derived, so that a double click gets the same one. */
export const handleOf = (idp: Idp, { interactionId }: AtInteraction): string =>
  hmacSha256(idp.handleKey, interactionId).toString('base64url');

/** Where authz takes over again. */
export const resumeUrl = (idp: Idp, at: AtInteraction): string =>
  `${endpointUrl(idp.config.issuer, 'resume')}?handle=${handleOf(idp, at)}`;
