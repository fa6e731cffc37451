/** What a provider is, beyond what the configuration says of it: the presets, and what holds without one. */
import type { FileSections } from './schema.js';
import type { Secret } from './secret.js';
import type { presets } from './sections/federation.js';

/** A provider at which people may have an account with which they sign in here. */
export interface IdentityProvider {
  readonly id: string;
  readonly name: string;
  /** How it is talked to: OpenID Connect, or OAuth and GitHub's own API. */
  readonly kind: 'openid' | 'github';
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly scopes: readonly string[];
  /** Our claims, and the provider's from which each is taken. */
  readonly claims: Readonly<Record<string, string>>;
  readonly onUnknown: 'refuse' | 'create';
  readonly trustEmail: boolean;
  readonly trustAcr: boolean;
  /** A sign-out here ends the session over there, too (OIDC RP-Initiated Logout). */
  readonly logout: boolean;
  /** The `prompt` by which it asks again for who somebody is (OIDC Core §3.1.2.1). */
  readonly promptForAgain: 'login' | 'select_account';
}

type Section = FileSections['identity_providers'][number];
type Preset = Pick<IdentityProvider, 'kind' | 'scopes' | 'claims' | 'promptForAgain'> & {
  readonly name?: string;
  readonly issuer?: string;
};

const sameNames = (...names: string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, name]));

const openid: Preset = {
  kind: 'openid',
  scopes: ['openid', 'profile', 'email'],
  claims: sameNames('name', 'given_name', 'family_name', 'preferred_username', 'locale', 'email', 'email_verified'),
  promptForAgain: 'login',
};

const presetsByName: Readonly<Record<(typeof presets)[number], Preset>> = {
  // It knows no prompt=login.
  google: { ...openid, name: 'Google', issuer: 'https://accounts.google.com', promptForAgain: 'select_account' },
  // An address there is whatever the tenant's administrator typed, unless the optional claim xms_edov says that its domain was proven.
  microsoft: { ...openid, name: 'Microsoft', claims: { ...openid.claims, email_verified: 'xms_edov' } },
  github: {
    ...openid,
    kind: 'github',
    name: 'GitHub',
    issuer: 'https://github.com',
    scopes: ['read:user', 'user:email'],
    promptForAgain: 'select_account',
  },
};

const presetOf = ({ preset }: Pick<Section, 'preset'>): Preset =>
  preset === undefined ? openid : presetsByName[preset];

/** What it is called and where it is, as far as the configuration and its preset say. */
export const addressOf = (
  section: Section,
): { readonly name: string | undefined; readonly issuer: string | undefined } => {
  const preset = presetOf(section);
  return { name: section.name ?? preset.name, issuer: section.issuer ?? preset.issuer };
};

/** A section that has been checked, with what its preset adds. */
export function identityProviderOf(section: Section): IdentityProvider {
  const preset = presetOf(section);
  const { name = section.id, issuer = '' } = addressOf(section);
  return Object.freeze({
    id: section.id,
    name,
    kind: preset.kind,
    issuer,
    clientId: section.client_id,
    ...(section.client_secret ? { clientSecret: section.client_secret } : {}),
    scopes: section.scopes ?? preset.scopes,
    claims: { ...preset.claims, ...section.claims },
    onUnknown: section.on_unknown,
    trustEmail: section.trust_email,
    trustAcr: section.trust_acr,
    logout: section.logout,
    promptForAgain: preset.promptForAgain,
  });
}
