import type { Serving } from '../config/configuration.js';
import { isDatabaseRole, publicUrlOf, rolesOf } from './roles.js';

const purposes = {
  authz: 'authorization server and issuer',
  idp: 'sign-in pages',
  rs: 'protected API',
  'spa-rp': 'start here',
} as const;

/** What a developer wants to know when all is up: where to go and how to sign in. */
export function developmentBanner(serving: Serving, adminPort: number): string {
  const roles = rolesOf(serving);
  const lines = roles.map((each) => `  ${publicUrlOf(each).padEnd(24)} ${each.role}: ${purposes[each.role]}`);
  const users = roles.find(isDatabaseRole)?.config.users ?? [];
  // The one password that everybody knows; any other is a secret, in a development profile too.
  const logins = users
    .filter(({ username, password }) => username === 'demo' && password?.reveal() === 'demo-password')
    .map(({ username }) => `  sign in as ${username} / demo-password`);
  const shows = roles.filter((each) => each.role === 'idp' && !each.config.mail.smtp);
  const mailbox = shows.map((each) => `  ${publicUrlOf(each)}/dev/mailbox   what would have been mailed`);
  return ['', ...lines, ...mailbox, `  https://127.0.0.1:${adminPort}   admin: /livez /readyz`, ...logins, ''].join(
    '\n',
  );
}
