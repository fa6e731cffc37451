import { type Html, html, webLink } from '../../pages/html.js';
import type { Texts } from '../../pages/texts/en.js';
import type { View } from '../../pages/view.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import { isVouchedFor } from '../../protocol/client/software-statement.js';
import type { ClientOrigin } from '../../storage/schema/clients.js';

/** What the pages say about the application that sent the browser. */
export interface ClientOnPage {
  readonly name: string;
  readonly policyUri?: string | undefined;
  readonly tosUri?: string | undefined;
  readonly logoUri?: string | undefined;
  /** It registered itself, and nobody vouches for what it says (RFC 7591 §5). */
  readonly isUnverified: boolean;
}

export interface PersonOnPage {
  readonly name: string;
  /** Username or e-mail, where it says more than the name. */
  readonly detail?: string | undefined;
}

export const csrfField = (token: string): Html => html`<input type="hidden" name="csrf" value="${token}">`;

/** Who is signed in, so that nobody decides for another's account. */
export const accountChip = (
  texts: Texts,
  person: PersonOnPage,
  aside?: Html,
  caption = texts.account.signedInAs,
): Html => html`
  <div class="account">
    <span class="initial" aria-hidden="true">${[...person.name][0]?.toUpperCase()}</span>
    <div>
      <small>${caption}</small>
      <strong>${person.name}</strong>
      ${person.detail && person.detail !== person.name && html`<small>${person.detail}</small>`}
      ${aside}
    </div>
  </div>`;

/** A warning that a client may be somebody else than it says (RFC 7591 §5). */
export const unverifiedNotice = ({ consent: text }: Texts, client: ClientOnPage): Html | false =>
  client.isUnverified &&
  html`<p class="notice" role="note">${text.unverified(html`<strong>${client.name}</strong>`)}</p>`;

/** The client's own words about itself (RFC 7591 §2 `policy_uri`, `tos_uri`). */
export function clientLinks(texts: Texts, client: ClientOnPage): Html | undefined {
  const policy = webLink(client.policyUri);
  const terms = webLink(client.tosUri);
  if (!policy && !terms) return undefined;
  return html`<nav class="links" aria-label="${texts.client.links(client.name)}">
    ${policy && html`<a href="${policy}" rel="noreferrer">${texts.client.policy}</a>`}
    ${terms && html`<a href="${terms}" rel="noreferrer">${texts.client.terms}</a>`}
  </nav>`;
}

/** A client by its own name, or by its identifier where it has none. Without a client the pages speak of the product itself. */
export const clientOnPage = ({
  clientId,
  clientMetadata,
  clientOrigin,
  view,
}: {
  readonly clientId: string | undefined;
  readonly clientMetadata: ClientMetadata | null;
  readonly clientOrigin: ClientOrigin | null;
  readonly view: View;
}): ClientOnPage => ({
  name: clientMetadata?.client_name ?? clientId ?? view.brand.productName,
  policyUri: clientMetadata?.policy_uri,
  tosUri: clientMetadata?.tos_uri,
  logoUri: clientMetadata?.logo_uri,
  isUnverified: clientOrigin === 'registration' && !isVouchedFor(clientMetadata ?? {}),
});

export const personOnPage = (person: {
  readonly username: string;
  readonly email?: string | null;
  readonly claims?: Readonly<Record<string, unknown>>;
}): PersonOnPage => {
  const name = person.claims?.name;
  return {
    name: typeof name === 'string' && name.trim() !== '' ? name : person.username,
    detail: person.email ?? person.username,
  };
};

/** The language that somebody chose for their account (OIDC Core §5.1 `locale`). */
export const ownLanguage = (
  person: { readonly claims: Readonly<Record<string, unknown>> } | null | undefined,
): string | undefined => (typeof person?.claims.locale === 'string' ? person.claims.locale : undefined);
