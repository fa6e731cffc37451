/** The plan of the house. docs/architecture.md draws it. */

/** From top to bottom. What stands on one floor does not import each other; `*` is whatever is not named. */
export type Floors = readonly (readonly string[])[];

export const house: Floors = [
  ['main'],
  ['process'],
  ['commands', 'jobs'],
  ['authz', 'idp', 'rs', 'spa-rp'],
  ['administration', 'pages'],
  ['resource', 'mail', 'events', 'passwords'],
  ['storage', 'http', 'migrations'],
  ['crypto', 'telemetry'],
  ['cache'],
  ['config'],
  ['protocol', 'clock'],
];

/** Neighbours that work hand in hand. */
export const handInHand = [['storage', 'migrations']];

/** Floors inside a room, where it has an order worth holding. Files under `*` may import each other. */
export const rooms: Readonly<Record<string, Floors>> = {
  authz: [['index'], ['authorization', 'inspection'], ['token'], ['*']],
  storage: [['schema-migrations'], ['data-source'], ['*'], ['schema', 'connection']],
  idp: [
    ['index'],
    ['registration'],
    ['hub', 'account', 'email'],
    ['federation'],
    ['sign-in', 'device'],
    ['consent', 'openid', 'mailbox', 'well-known'],
    ['recovery'],
    ['mailed-link'],
    ['interaction'],
    ['cookies'],
    ['deps'],
    ['script', 'user-code-limits'],
    ['browser'],
  ],
  http: [['role'], ['operations'], ['request', 'listener', 'outbound'], ['browser', 'limits', 'node-http']],
  telemetry: [['start'], ['tracing'], ['metrics'], ['log']],
  protocol: [
    ['metadata'],
    ['token', 'resource'],
    ['authorization'],
    ['client'],
    ['sign-in'],
    ['permission'],
    ['claims'],
    ['scope', 'redirect-uri', 'endpoints', 'signing-algorithm', 'access-token-types', 'password'],
    ['parameters', 'address-block', 'compact-jws', 'language'],
    ['oauth-error', 'unavailable-error'],
    ['fault-sentences'],
  ],
};
