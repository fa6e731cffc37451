import { claimFault } from '../protocol/claims.js';
import { passwordFault } from '../protocol/password/policy.js';
import { identifierKey, isEmailAddress, isUsername } from '../protocol/sign-in/identifiers.js';
import type { AuditDetail } from '../storage/audit/audit-events.js';
import type { Change } from '../storage/audit/change.js';
import { removeAllPasskeys } from '../storage/factors/second-factors.js';
import * as deletion from '../storage/people/deletion.js';
import * as changes from '../storage/people/user-changes.js';
import * as stored from '../storage/people/users.js';
import type { User } from '../storage/schema/users.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError, taken } from './administration-error.js';

/** A user as an operator may see one: everything but the hash of the password, and what is only there for comparing. */
export type UserView = Omit<User, 'passwordHash' | 'usernameKey' | 'emailKey'>;

/** Which user it was, whatever the caller called them by. */
export type UserReference = Readonly<Pick<User, 'id' | 'username'>>;

const viewOf = ({ passwordHash: _, usernameKey: __, emailKey: ___, ...view }: User): UserView => view;

const invalid = (message: string): AdministrationError => new AdministrationError('invalid', message);

const notFound = (identifier: string): AdministrationError =>
  new AdministrationError('not_found', `There is no user "${identifier}".`);

async function assertPassword(
  { passwordCheck }: Administration,
  password: string,
  names: readonly (string | null)[],
): Promise<void> {
  const problem = await passwordCheck.problem(password, names);
  if (problem !== undefined) throw invalid(passwordFault(problem, passwordCheck.minLength));
}

function assertUsername(username: string): void {
  if (!isUsername(username)) throw invalid('A username has 1 to 128 characters, no space and no @.');
}

/** @throws AdministrationError invalid */
export function assertEmail(email: string): void {
  if (!isEmailAddress(email))
    throw invalid('An e-mail address has something before and after its one @, and no space.');
}

const changeUser = <Result>(
  administration: Administration,
  userId: string,
  change: string,
  write: (change: Change) => Promise<Result>,
  detail: AuditDetail = {},
): Promise<Result> =>
  makeChange(administration, { type: 'user_changed', userId, detail: { change, ...detail } }, write);

export interface NewUser {
  readonly username: string;
  readonly email?: string | undefined;
  /** Full name. */
  readonly name?: string | undefined;
  /** Without it the user cannot sign in until one is set. */
  readonly password?: string | undefined;
}

/** @throws AdministrationError invalid, taken */
export async function createUser(
  administration: Administration,
  { username, email, name, password }: NewUser,
): Promise<UserReference> {
  assertUsername(username);
  if (email !== undefined) assertEmail(email);
  if (password !== undefined) await assertPassword(administration, password, [username, email ?? null]);
  const user = {
    id: administration.random.uuid(),
    username,
    email: email ?? null,
    emailVerified: false,
    passwordHash: password === undefined ? null : await administration.passwords.hash(password),
    claims: { preferred_username: username, ...(name === undefined ? {} : { name }) },
  };
  await changeUser(administration, user.id, 'created', (change) =>
    changes.insertUser(administration.transactions, user, change),
  ).catch(taken('The username or e-mail address is taken.'));
  return { id: user.id, username };
}

export interface DeclaredUserState {
  readonly username: string;
  readonly password: string | undefined;
  /** OIDC Core §5.1, e-mail address included. */
  readonly claims: { readonly email?: string | undefined; readonly email_verified?: boolean | undefined };
}

/** Creates a user that the configuration declares, once; afterwards the account is its owner's. */
export async function declareUser(
  administration: Administration,
  { username, password, claims: { email, email_verified: emailVerified, ...claims } }: DeclaredUserState,
): Promise<void> {
  const { transactions, random, passwords } = administration;
  if (await stored.findUser(transactions, username)) return;
  const user = {
    id: random.uuid(),
    username,
    email: email ?? null,
    emailVerified: emailVerified ?? false,
    passwordHash: password === undefined ? null : await passwords.hash(password),
    claims,
  };
  await changeUser(administration, user.id, 'created', (change) => changes.insertUser(transactions, user, change));
}

/** In the order of their names. */
export const listUsers = async ({ transactions }: Administration): Promise<readonly UserView[]> =>
  (await stored.listUsers(transactions)).map(viewOf);

/**
 * @param identifier username or e-mail address, regardless of case
 * @throws AdministrationError not_found
 */
export async function getUser({ transactions }: Administration, identifier: string): Promise<UserView> {
  const user = await stored.findUser(transactions, identifier);
  if (!user) throw notFound(identifier);
  return viewOf(user);
}

/** @throws AdministrationError not_found */
async function changePresentUser(
  administration: Administration,
  identifier: string,
  change: string,
  write: (userId: string, change: Change) => Promise<unknown>,
  detail: AuditDetail = {},
): Promise<UserReference> {
  const { id, username } = await getUser(administration, identifier);
  if (!(await changeUser(administration, id, change, (how) => write(id, how), detail))) throw notFound(identifier);
  return { id, username };
}

/** Disables a user and ends their sessions and authorization grants at once. @throws AdministrationError not_found */
export const disableUser = (administration: Administration, identifier: string): Promise<UserReference> =>
  changePresentUser(administration, identifier, 'disabled', (id, change) =>
    changes.disableUser(administration.transactions, id, change),
  );

/** Enables a user again. @throws AdministrationError not_found */
export const enableUser = (administration: Administration, identifier: string): Promise<UserReference> =>
  changePresentUser(administration, identifier, 'enabled', (id, change) =>
    changes.enableUser(administration.transactions, id, change),
  );

/**
 * Sets a user's password, ends the sessions and authorization grants that were made with the old one, and tells the user.
 * @throws AdministrationError invalid, not_found
 */
export async function setPassword(
  administration: Administration,
  identifier: string,
  password: string,
): Promise<UserReference> {
  const user = await getUser(administration, identifier);
  await assertPassword(administration, password, [user.username, user.email]);
  const passwordHash = await administration.passwords.hash(password);
  const { transactions, mailing, clock } = administration;
  const notice = mailing.notice('password_changed', { at: clock.now().toISOString() });
  return changePresentUser(administration, identifier, 'password set', async (id, change) => {
    const set = await changes.setPasswordHash(transactions, id, passwordHash, change, notice);
    if (set) mailing.tell(notice, set.notice);
    return set;
  });
}

/** Claims that are columns, because people sign in by them. */
const claimsOfSignIn: readonly string[] = ['email', 'email_verified'];

/**
 * Sets claims of a user, standard ones (OIDC Core §5.1) and those that the configuration maps to scopes; others stay as they are.
 * The record names them, but not what they say.
 * @param claims by name; null takes one away
 * @throws AdministrationError invalid, not_found
 */
export async function setClaims(
  administration: Administration,
  identifier: string,
  claims: Readonly<Record<string, unknown>>,
): Promise<UserReference> {
  const names = Object.keys(claims);
  if (names.length === 0) throw invalid('There is no claim to set.');
  const faults = names.flatMap((name) => {
    if (claimsOfSignIn.includes(name)) return [`${name} belongs to how the user signs in and is no claim to set`];
    if (claims[name] === null) return [];
    const fault = claimFault(name, claims[name], administration.config.claims.scopes);
    return fault === undefined ? [] : [`${name} ${fault}`];
  });
  if (faults.length > 0) throw invalid(faults.join('\n'));
  return changePresentUser(
    administration,
    identifier,
    'claims set',
    (id, change) => changes.setClaims(administration.transactions, id, claims, change),
    { claims: names },
  );
}

/**
 * Removes every passkey of a user, who signs in another way from then on; sessions go on.
 * @returns how many there were
 * @throws AdministrationError not_found
 */
export async function removePasskeys(administration: Administration, identifier: string): Promise<number> {
  const { id: userId } = await getUser(administration, identifier);
  const removed = await makeChange(
    administration,
    { type: 'passkey_removed', userId },
    (change) => removeAllPasskeys(administration.transactions, userId, change),
    (passkeys) => ({ detail: { passkeys } }),
  );
  return removed ?? 0;
}

/**
 * Deletes a user at once, with everything of theirs; what is in the audit trail stays.
 * @throws AdministrationError not_found, declared_in_configuration
 */
export async function deleteUser(administration: Administration, identifier: string): Promise<UserReference> {
  const { id, username } = await getUser(administration, identifier);
  if (administration.config.users.some((declared) => identifierKey(declared.username) === identifierKey(username)))
    throw new AdministrationError(
      'declared_in_configuration',
      `The user "${username}" is declared in the configuration, which creates them anew at the next start.`,
    );
  return changePresentUser(administration, identifier, 'deleted', (_, change) =>
    deletion.deleteUser(administration.transactions, id, change),
  );
}

/**
 * Deletes those whose time to think better of it is over, with everything of theirs.
 * @param signal ends it early, between two users
 * @returns how many
 */
export async function deleteDueUsers(administration: Administration, signal?: AbortSignal): Promise<number> {
  const { sql, clock, config, transactions } = administration;
  if (signal?.aborted) return 0;
  let deleted = 0;
  for (const userId of await deletion.findDueDeletions(sql, clock.now(), config.jobs.batchSize)) {
    if (signal?.aborted) break;
    const done = await changeUser(administration, userId, 'deleted', (change) =>
      deletion.deleteDueUser(transactions, userId, change),
    );
    if (done) deleted += 1;
  }
  return deleted;
}
