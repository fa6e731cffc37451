/** Scopes of the account API: what a person lets an application see of their own account, and change. */
export const accountScopes = { read: 'account:read', write: 'account:write' } as const;

/** Below idp's public URL: the API's identifier (RFC 8707 §2), with which each of its addresses begins. */
export const accountApiPath = '/account/api';

/** The API on which people see to their own account, as a resource that every installation has. */
export const accountApi = (idpUrl: string): { readonly identifier: string; readonly scopes: string[] } => ({
  identifier: idpUrl.replace(/\/$/, '') + accountApiPath,
  scopes: Object.values(accountScopes),
});

interface Address {
  readonly path: string;
  readonly methods: readonly ('GET' | 'POST' | 'PATCH' | 'DELETE')[];
}

/** Every address of the account API. */
export const accountApiAddresses = {
  profile: { path: `${accountApiPath}/v1/profile`, methods: ['GET', 'PATCH'] },
  email: { path: `${accountApiPath}/v1/email`, methods: ['POST'] },
  password: { path: `${accountApiPath}/v1/password`, methods: ['POST'] },
  passkeys: { path: `${accountApiPath}/v1/passkeys`, methods: ['GET'] },
  passkey: { path: `${accountApiPath}/v1/passkeys/:passkey`, methods: ['PATCH', 'DELETE'] },
  authenticator: { path: `${accountApiPath}/v1/authenticator`, methods: ['GET', 'DELETE'] },
  links: { path: `${accountApiPath}/v1/links`, methods: ['GET'] },
  link: { path: `${accountApiPath}/v1/links/:provider/:subject`, methods: ['DELETE'] },
  sessions: { path: `${accountApiPath}/v1/sessions`, methods: ['GET', 'DELETE'] },
  session: { path: `${accountApiPath}/v1/sessions/:session`, methods: ['DELETE'] },
  applications: { path: `${accountApiPath}/v1/applications`, methods: ['GET'] },
  application: { path: `${accountApiPath}/v1/applications/:client`, methods: ['DELETE'] },
  activity: { path: `${accountApiPath}/v1/activity`, methods: ['GET'] },
  data: { path: `${accountApiPath}/v1/data`, methods: ['GET'] },
  deletion: { path: `${accountApiPath}/v1/deletion`, methods: ['POST'] },
} as const satisfies Record<string, Address>;

export type AccountApiAddress = keyof typeof accountApiAddresses;
