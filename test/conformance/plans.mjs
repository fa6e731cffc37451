// What the suite is asked to run and what it needs to know for that: plans, clients, and the steps of a person at the browser.
const issuer = 'https://op.localhost.emobix.co.uk:9443';
const pages = `${issuer}/oidc/v1`;

/** The redirect URIs of identity.yml are below this name. */
export const alias = 'identity-services';

const signIn = (placeholder) => ({
  task: 'Sign in',
  optional: true,
  match: `${pages}/*`,
  commands: [
    ...(placeholder ? [['wait', 'xpath', '//*', 10, 'password', 'update-image-placeholder-optional']] : []),
    ['text', 'name', 'identifier', 'demo', 'optional'],
    ['text', 'name', 'password', 'demo-password', 'optional'],
    ['click', 'xpath', "//form[.//input[@name='password']]//button[@type='submit']", 'optional'],
  ],
});

const agree = {
  task: 'Agree',
  optional: true,
  match: `${pages}/*`,
  commands: [['click', 'xpath', "//button[@value='allow']", 'optional']],
};

const returned = {
  task: 'Returned',
  match: '*/test/*/callback*',
  commands: [['wait', 'id', 'submission_complete', 10]],
};

const authorize = (tasks) => ({ match: `${issuer}/oauth2/v1/authorize*`, tasks });
const logOut = (tasks) => ({ match: `${pages}/logout*`, tasks });

const confirm = {
  task: 'Confirm',
  optional: true,
  match: `${pages}/logout*`,
  commands: [['click', 'xpath', "//form//button[@type='submit']", 'optional']],
};

const picture = (task) => ({
  task,
  commands: [['wait', 'xpath', '//*', 10, '.*', 'update-image-placeholder']],
});

const signedIn = authorize([signIn(false), agree, returned]);
/** The page that tells clients in frames goes on by a module, which the browser of the suite does not run: it follows the link. */
const goOn = {
  task: 'Go on',
  optional: true,
  match: `${pages}/logout*`,
  commands: [['click', 'xpath', "//a[@data-signed-out='go-on']", 'optional']],
};
const loggedOut = logOut([confirm, goOn, { task: 'Returned', match: '*/test/*/post*' }]);
/** A page of the suite asks our frame whether the session has changed, and goes on with the answer. */
const sessionCompared = {
  match: '*/test/*session_verify',
  tasks: [{ task: 'Compared', commands: [['wait', 'contains', 'session_result', 10]] }],
};
const refused = { browser: [authorize([picture('The page that says why')])] };
/** A second visit shows the sign-in page again; the suite wants a picture of it. */
const asksAgain = {
  browser: [
    { ...authorize([signIn(false), agree, returned]), 'match-limit': 1 },
    authorize([signIn(true), agree, returned]),
  ],
};
/** What the client says of itself: the suite wants a picture, and nobody signs in. */
const introduced = { browser: [authorize([picture('The page that asks for the sign-in')])] };
/** A sign-out that does not hold leads to a page that says so and asks the person. */
const asks = { browser: [signedIn, logOut([picture('The page that asks')])] };
const staysHere = { browser: [signedIn, logOut([confirm, picture('The page that says so')])] };

/** What a plan is created with: the suite's own configuration format. */
export const configuration = {
  alias,
  description: 'Identity Services',
  server: { discoveryUrl: `${issuer}/.well-known/openid-configuration`, login_hint: 'demo' },
  client: { client_id: 'conformance-basic', client_secret: 'conformance-basic-secret-of-no-worth' },
  client2: { client_id: 'conformance-second', client_secret: 'conformance-second-secret-of-no-worth' },
  client_secret_post: { client_id: 'conformance-post', client_secret: 'conformance-post-secret-of-no-worth' },
  browser: [signedIn, loggedOut, sessionCompared],
  override: {
    'oidcc-prompt-login': asksAgain,
    'oidcc-max-age-1': asksAgain,
    'oidcc-ensure-registered-redirect-uri': refused,
    'oidcc-ensure-request-object-with-redirect-uri': refused,
    'oidcc-ensure-redirect-uri-in-authorization-request': refused,
    'oidcc-redirect-uri-query-mismatch': refused,
    'oidcc-redirect-uri-query-added': refused,
    'oidcc-registration-logo-uri': introduced,
    'oidcc-registration-policy-uri': introduced,
    'oidcc-registration-tos-uri': introduced,
    'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': asks,
    'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': asks,
    'oidcc-rp-initiated-logout-modified-id-token-hint': asks,
    'oidcc-rp-initiated-logout-bad-id-token-hint': asks,
    'oidcc-rp-initiated-logout-no-id-token-hint': asks,
    'oidcc-rp-initiated-logout-no-params': staysHere,
    'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': staysHere,
    'oidcc-rp-initiated-logout-only-state': staysHere,
  },
};

const server_metadata = 'discovery';
const response_type = 'code';
const byOperator = { client_registration: 'static_client' };
const byItself = { client_registration: 'dynamic_client' };

const basic = 'oidcc-basic-certification-test-plan';
const formPost = 'oidcc-formpost-basic-certification-test-plan';

/** In the order in which they run. */
export const plans = [
  { name: 'oidcc-config-certification-test-plan', variant: {} },
  { name: basic, variant: { server_metadata, ...byOperator } },
  { name: basic, variant: { server_metadata, ...byItself } },
  { name: formPost, variant: { server_metadata, ...byOperator } },
  { name: formPost, variant: { server_metadata, ...byItself } },
  { name: 'oidcc-dynamic-certification-test-plan', variant: { response_type } },
  { name: 'oidcc-3rdparty-init-login-certification-test-plan', variant: { response_type } },
  ...['rp-initiated', 'backchannel-rp-initiated', 'frontchannel-rp-initiated'].map((which) => ({
    name: `oidcc-${which}-logout-certification-test-plan`,
    variant: { response_type, ...byItself },
  })),
  { name: 'oidcc-session-management-certification-test-plan', variant: { response_type, ...byItself } },
];
