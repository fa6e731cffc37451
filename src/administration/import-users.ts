import * as z from 'zod';
import { claimFault } from '../protocol/claims.js';
import { storablePasswordHash } from '../protocol/password/hash.js';
import { identifierKey, isEmailAddress, isUsername } from '../protocol/sign-in/identifiers.js';
import { insertUser } from '../storage/people/user-changes.js';
import { findUser } from '../storage/people/users.js';
import type { User } from '../storage/schema/users.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError, taken } from './administration-error.js';

/** A line of a file of users; what `users export` writes is one, without the hash. */
const userLine = z
  .strictObject({
    id: z.guid(),
    username: z.string(),
    email: z.string(),
    email_verified: z.boolean(),
    password_hash: z.string(),
    claims: z.record(z.string(), z.unknown()),
    disabled: z.boolean(),
    created_at: z.iso.datetime({ offset: true }),
  })
  .partial();

type UserLine = z.output<typeof userLine>;

/** Characters of a line. */
const longestLine = 65_536;

const invalid = (...faults: readonly string[]): AdministrationError =>
  new AdministrationError('invalid', faults.join('; '));

/** @throws AdministrationError invalid */
function readLine(line: string): UserLine {
  if (line.length > longestLine) throw invalid(`the line has more than ${longestLine} characters`);
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    throw invalid('the line is not JSON');
  }
  const { data, error } = userLine.safeParse(document);
  if (data) return data;
  // Zod's sentences name members and types, and repeat no value.
  throw invalid(...error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')));
}

function* lineFaults(user: UserLine, hash: string | undefined, { config }: Administration): Generator<string> {
  const { username, email, claims = {} } = user;
  if (username === undefined && email === undefined) yield 'there is neither username nor email';
  if (username !== undefined && !isUsername(username)) yield 'username: 1 to 128 characters, no space and no @';
  if (email !== undefined && !isEmailAddress(email)) yield 'email: something before and after one @, and no space';
  if (email === undefined && user.email_verified) yield 'email_verified: there is no email';
  if (user.password_hash !== undefined && hash === undefined) {
    yield 'password_hash: not Argon2id, bcrypt, PBKDF2 or scrypt in a form that is read, or too costly to verify';
  }
  for (const [name, value] of Object.entries(claims)) {
    const fault = ['email', 'email_verified'].includes(name)
      ? 'belongs beside claims'
      : claimFault(name, value, config.claims.scopes);
    if (fault !== undefined) yield `claims.${name}: ${fault}`;
  }
}

/** The user whom the line is about, if there is one already. @throws AdministrationError taken */
async function findPresent({ transactions }: Administration, { id, username, email }: UserLine): Promise<User | null> {
  const found = await findUser(transactions, username ?? email ?? '');
  if (found && id !== undefined && found.id !== id.toLowerCase()) {
    throw new AdministrationError('taken', `${username === undefined ? 'email' : 'username'}: another user has it`);
  }
  if (found || username === undefined || email === undefined) return found;
  if (await findUser(transactions, email)) throw new AdministrationError('taken', 'email: another user has it');
  return null;
}

/** People who sign in by their address need no name besides. */
const madeUsername = ({ random }: Administration): string => `user-${random.bytes(8).toString('hex')}`;

function userOf(administration: Administration, line: UserLine, passwordHash: string | undefined) {
  return {
    id: line.id?.toLowerCase() ?? administration.random.uuid(),
    username: line.username ?? madeUsername(administration),
    email: line.email ?? null,
    emailVerified: line.email_verified ?? false,
    passwordHash: passwordHash ?? null,
    claims: line.claims ?? {},
    disabledAt: line.disabled ? administration.clock.now() : null,
    ...(line.created_at === undefined ? {} : { createdAt: new Date(line.created_at) }),
  };
}

export interface ImportOptions {
  /** Whether nothing is written: only what would be wrong is found out. */
  readonly dryRun: boolean;
  /** {@link identifierKey}s of earlier lines, to which those of this one are added. */
  readonly earlier: Set<string>;
}

function assertNew({ username, email }: UserLine, { earlier }: ImportOptions): void {
  const keys = [username, email].filter((name) => name !== undefined).map(identifierKey);
  if (keys.some((key) => earlier.has(key)))
    throw new AdministrationError('taken', 'an earlier line has its name or address');
  for (const key of keys) earlier.add(key);
}

/**
 * Creates the user of a line (JSON), with the password hash of another system, which is replaced at their first sign-in. Somebody
 * who is there already, by username or else by e-mail address, stays as they are: a file can be imported again.
 * @throws AdministrationError invalid, taken
 */
export async function importUser(
  administration: Administration,
  line: string,
  options: ImportOptions,
): Promise<'imported' | 'present'> {
  const read = readLine(line);
  const hash = read.password_hash === undefined ? undefined : storablePasswordHash(read.password_hash);
  const faults = [...lineFaults(read, hash, administration)];
  if (faults.length > 0) throw invalid(...faults);
  assertNew(read, options);
  if (await findPresent(administration, read)) return 'present';
  if (options.dryRun) return 'imported';
  const user = userOf(administration, read, hash);
  await makeChange(
    administration,
    { type: 'user_changed', userId: user.id, detail: { change: 'imported' } },
    (change) => insertUser(administration.transactions, user, change),
  ).catch(taken('id, username or email: another user has it'));
  return 'imported';
}
