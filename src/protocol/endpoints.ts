/** The four roles that one image can play. */
export type RoleName = 'authz' | 'idp' | 'rs' | 'spa-rp';

/** What the configuration has or has not. */
export type OptionalFeature = 'clientRegistration' | 'sessionManagement';

export interface Endpoint {
  readonly role: RoleName;
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'DELETE')[];
  readonly path: string;
  /** The member of the discovery document that announces it (RFC 8414 §2, OIDC Discovery §3), if one does. */
  readonly metadata?: string;
  /** Only there where the configuration has it. */
  readonly optional?: OptionalFeature;
}

/**
 * Every protocol endpoint (RFC 8414 §2): routes are mounted from this table and discovery is generated from it,
 * so what is advertised and what is there cannot drift.
 */
export const endpoints = {
  authorize: {
    role: 'authz',
    methods: ['GET', 'POST'],
    path: '/oauth2/v1/authorize',
    metadata: 'authorization_endpoint',
  },
  resume: { role: 'authz', methods: ['GET'], path: '/oauth2/v1/resume' },
  par: {
    role: 'authz',
    methods: ['POST'],
    path: '/oauth2/v1/par',
    metadata: 'pushed_authorization_request_endpoint',
  },
  token: { role: 'authz', methods: ['POST'], path: '/oauth2/v1/token', metadata: 'token_endpoint' },
  introspect: { role: 'authz', methods: ['POST'], path: '/oauth2/v1/introspect', metadata: 'introspection_endpoint' },
  revoke: { role: 'authz', methods: ['POST'], path: '/oauth2/v1/revoke', metadata: 'revocation_endpoint' },
  deviceAuthorization: {
    role: 'authz',
    methods: ['POST'],
    path: '/oauth2/v1/device_authorization',
    metadata: 'device_authorization_endpoint',
  },
  register: {
    role: 'authz',
    methods: ['POST'],
    path: '/oauth2/v1/register',
    metadata: 'registration_endpoint',
    optional: 'clientRegistration',
  },
  /** The client configuration endpoint of each client (RFC 7592 §2). */
  registeredClient: {
    role: 'authz',
    methods: ['GET', 'PUT', 'DELETE'],
    path: '/oauth2/v1/register/:client',
    optional: 'clientRegistration',
  },
  jwks: { role: 'authz', methods: ['GET'], path: '/oauth2/v1/jwks', metadata: 'jwks_uri' },
  openidConfiguration: { role: 'authz', methods: ['GET'], path: '/.well-known/openid-configuration' },
  authorizationServerMetadata: { role: 'authz', methods: ['GET'], path: '/.well-known/oauth-authorization-server' },
  interaction: { role: 'idp', methods: ['GET'], path: '/oidc/v1/interaction/:interaction' },
  selectAccount: { role: 'idp', methods: ['POST'], path: '/oidc/v1/select-account/:interaction' },
  login: { role: 'idp', methods: ['POST'], path: '/oidc/v1/login/:interaction' },
  offerPasskey: { role: 'idp', methods: ['POST'], path: '/oidc/v1/passkey/:interaction' },
  challenge: { role: 'idp', methods: ['POST'], path: '/oidc/v1/challenge/:interaction' },
  emailCode: { role: 'idp', methods: ['POST'], path: '/oidc/v1/email-code/:interaction' },
  enrol: { role: 'idp', methods: ['POST'], path: '/oidc/v1/enrol/:interaction' },
  keepAccount: { role: 'idp', methods: ['POST'], path: '/oidc/v1/keep-account/:interaction' },
  consent: { role: 'idp', methods: ['POST'], path: '/oidc/v1/consent/:interaction' },
  federation: { role: 'idp', methods: ['POST'], path: '/oidc/v1/federation/:provider/:interaction' },
  /** The redirect URI at a provider, one for each (RFC 9700 §4.4.2). */
  federationCallback: { role: 'idp', methods: ['GET'], path: '/oidc/v1/federation/:provider/callback' },
  /** Where somebody enters the code that a device shows. */
  device: { role: 'idp', methods: ['GET', 'POST'], path: '/device' },
  confirmDevice: { role: 'idp', methods: ['POST'], path: '/oidc/v1/device/:interaction' },
  /** Where it sends the browser after a logout over there (OIDC RP-Initiated Logout §3). */
  federationLoggedOut: { role: 'idp', methods: ['GET'], path: '/oidc/v1/federation/:provider/logged-out' },
  userinfo: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/userinfo', metadata: 'userinfo_endpoint' },
  logout: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/logout', metadata: 'end_session_endpoint' },
  /** The frame in which clients ask whether the session has changed (OIDC Session Management §3.3). */
  checkSession: {
    role: 'idp',
    methods: ['GET'],
    path: '/oidc/v1/check-session',
    metadata: 'check_session_iframe',
    optional: 'sessionManagement',
  },
  /** At the root of the host, wherever the others are (RFC 8615 §3). */
  passkeyEndpoints: { role: 'idp', methods: ['GET'], path: '/.well-known/passkey-endpoints' },
  relatedOrigins: { role: 'idp', methods: ['GET'], path: '/.well-known/webauthn' },
  changePassword: { role: 'idp', methods: ['GET'], path: '/.well-known/change-password' },
  forgottenPassword: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/password/forgotten' },
  resetPassword: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/password/reset/:link' },
  signUp: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/sign-up' },
  signUpByLink: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/sign-up/:link' },
  acceptInvitation: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/invitation/:link' },
  changeEmail: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/email/change/:link' },
  undoEmailChange: { role: 'idp', methods: ['GET', 'POST'], path: '/oidc/v1/email/undo/:link' },
  confirmLogout: { role: 'idp', methods: ['POST'], path: '/oidc/v1/logout/confirm' },
  frontPage: { role: 'idp', methods: ['GET'], path: '/' },
  account: { role: 'idp', methods: ['GET'], path: '/account' },
  accountSessions: { role: 'idp', methods: ['GET', 'POST'], path: '/account/sessions' },
  accountApplications: { role: 'idp', methods: ['GET', 'POST'], path: '/account/applications' },
  accountPassword: { role: 'idp', methods: ['GET', 'POST'], path: '/account/password' },
  accountPasskeys: { role: 'idp', methods: ['GET', 'POST'], path: '/account/passkeys' },
  accountLinks: { role: 'idp', methods: ['GET', 'POST'], path: '/account/links' },
  accountAuthenticator: { role: 'idp', methods: ['GET', 'POST'], path: '/account/authenticator' },
  accountProfile: { role: 'idp', methods: ['GET', 'POST'], path: '/account/profile' },
  accountEmail: { role: 'idp', methods: ['GET', 'POST'], path: '/account/email' },
  accountActivity: { role: 'idp', methods: ['GET'], path: '/account/activity' },
  accountData: { role: 'idp', methods: ['GET'], path: '/account/data' },
  accountDeletion: { role: 'idp', methods: ['GET', 'POST'], path: '/account/deletion' },
} as const satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof endpoints;

/** The pages on which people see to their own account: a sign-in without a client (OIDC Core §3.1.2.3) leads to one of them. */
export const accountPages = [
  'account',
  'accountProfile',
  'accountEmail',
  'accountPassword',
  'accountPasskeys',
  'accountLinks',
  'accountAuthenticator',
  'accountSessions',
  'accountApplications',
  'accountActivity',
  'accountData',
  'accountDeletion',
] as const satisfies readonly EndpointName[];

export type AccountPage = (typeof accountPages)[number];

/** What stands for the `:names` in the paths above. */
export interface PathParameters {
  /** The secret that names an interaction. */
  readonly interaction?: string;
  /** The name of another identity provider. */
  readonly provider?: string;
  /** The secret of a link that was mailed. */
  readonly link?: string;
  /** A client_id. */
  readonly client?: string;
}

/**
 * An endpoint's URL below its role's public URL (RFC 8414 §2), with its path parameters percent-encoded (RFC 3986 §2.1).
 * @throws TypeError when a parameter of the path is not given
 */
export function endpointUrl(publicUrl: string, name: EndpointName, parameters: PathParameters = {}): string {
  const path = endpoints[name].path.replace(/:(\w+)/g, (_, parameter) => {
    const value = parameters[parameter as keyof PathParameters];
    if (value === undefined) throw new TypeError(`${name} needs a value for ${parameter}`);
    return encodeURIComponent(value);
  });
  return publicUrl.replace(/\/$/, '') + path;
}
