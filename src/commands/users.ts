import {
  disableUser,
  enableUser,
  findUser,
  insertUser,
  listUsers,
  setPasswordHash,
  type User,
} from '../storage/users.js';
import { CommandError, type CommandSession } from './connection.js';
import { readSecret } from './read-secret.js';

/** NIST SP 800-63B §5.1.1.2: at least eight characters, and room for long ones. */
const shortest = 8;
const longest = 1024;

async function readPassword(file: string): Promise<string> {
  const password = await readSecret(file);
  if (password.length < shortest || password.length > longest) {
    throw new CommandError(`The password has to have ${shortest} to ${longest} characters.`);
  }
  return password;
}

async function requireUser({ manager }: CommandSession, identifier: string): Promise<User> {
  const user = await findUser(manager, identifier);
  if (!user) throw new CommandError(`There is no user "${identifier}".`);
  return user;
}

export interface NewUser {
  readonly username: string;
  readonly email: string | undefined;
  readonly name: string | undefined;
  /** A file's path, or - for standard input; without it the user can not sign in until a password is set. */
  readonly passwordFile: string | undefined;
}

export async function createUser(
  session: CommandSession,
  { username, email, name, passwordFile }: NewUser,
): Promise<void> {
  const { manager, random, passwords } = session;
  if (!/^[^@\s]{1,128}$/.test(username))
    throw new CommandError('A username has 1 to 128 characters, no space and no @.');
  const passwordHash = passwordFile === undefined ? null : await passwords.hash(await readPassword(passwordFile));
  const id = random.uuid();
  const claims = { preferred_username: username, ...(name === undefined ? {} : { name }) };
  const row = { id, username, email: email ?? null, emailVerified: false, passwordHash, claims };
  await insertUser(manager, row, session.change()).catch((error: { code?: string }) => {
    throw error.code === '23505' ? new CommandError('The username or e-mail address is taken.') : error;
  });
  session.print(`created ${username} ${id}`);
}

export async function printUsers(session: CommandSession): Promise<void> {
  for (const user of await listUsers(session.manager)) {
    const state = user.disabledAt ? `disabled ${user.disabledAt.toISOString()}` : 'enabled';
    session.print([user.id, user.username, user.email ?? '-', state].join('\t'));
  }
}

/** Ends the user's sessions and authorization grants at once. */
export async function disable(session: CommandSession, identifier: string): Promise<void> {
  const { id, username } = await requireUser(session, identifier);
  await disableUser(session.manager, id, session.change());
  session.print(`disabled ${username}; sessions and authorization grants have ended`);
}

export async function enable(session: CommandSession, identifier: string): Promise<void> {
  const { id, username } = await requireUser(session, identifier);
  await enableUser(session.manager, id, session.change());
  session.print(`enabled ${username}`);
}

/** Ends the user's sessions and authorization grants at once, too. */
export async function setPassword(session: CommandSession, identifier: string, passwordFile: string): Promise<void> {
  const { id, username } = await requireUser(session, identifier);
  const passwordHash = await session.passwords.hash(await readPassword(passwordFile));
  await setPasswordHash(session.manager, id, passwordHash, session.change());
  session.print(`password of ${username} set; sessions and authorization grants have ended`);
}
