import type { Argv } from 'yargs';
import { mailPasswordReset } from '../administration/password-reset.js';
import { endUserSessions } from '../administration/sessions.js';
import {
  createUser,
  deleteUser,
  disableUser,
  enableUser,
  getUser,
  listUsers,
  setClaims,
  setPassword,
} from '../administration/users.js';
import { claimFromText } from '../protocol/claims.js';
import { CommandError } from './command-error.js';
import type { Connected, RunCommand } from './connection.js';
import { factorCommands } from './factors.js';
import { invitationCommands } from './invitations.js';
import { linkCommands } from './links.js';
import { readContent, readSecret } from './read-secret.js';
import { withUser } from './user-argument.js';
import { userTransferCommands } from './user-transfer.js';

async function create(
  { administration, print }: Connected,
  args: { username: string; email?: string | undefined; name?: string | undefined; passwordFile?: string | undefined },
): Promise<void> {
  const { passwordFile, ...user } = args;
  const password = passwordFile === undefined ? undefined : await readSecret(passwordFile);
  const { id, username } = await createUser(administration, { ...user, password });
  print(`created ${username} ${id}`);
}

async function printUsers({ administration, print }: Connected): Promise<void> {
  for (const { id, username, email, disabledAt } of await listUsers(administration)) {
    const state = disabledAt ? `disabled ${disabledAt.toISOString()}` : 'enabled';
    print([id, username, email ?? '-', state].join('\t'));
  }
}

/** What the account is, as JSON: everything but what it signs in with. */
async function show({ administration, print }: Connected, user: string): Promise<void> {
  print(JSON.stringify(await getUser(administration, user), null, 2));
}

async function disable({ administration, print }: Connected, user: string): Promise<void> {
  const { username } = await disableUser(administration, user);
  print(`disabled ${username}; sessions and authorization grants have ended`);
}

async function enable({ administration, print }: Connected, user: string): Promise<void> {
  const { username } = await enableUser(administration, user);
  print(`enabled ${username}`);
}

async function changePassword({ administration, print }: Connected, user: string, file: string): Promise<void> {
  const { username } = await setPassword(administration, user, await readSecret(file));
  print(`password of ${username} set; sessions and authorization grants have ended`);
}

async function mailReset({ administration, print }: Connected, user: string, mail: boolean): Promise<void> {
  if (!mail) throw new CommandError('Say --mail, or set a password with "users set-password".');
  const { username, email, expiresAt } = await mailPasswordReset(administration, user);
  print(`a link to a new password of ${username} goes to ${email}; it works once, until ${expiresAt.toISOString()}`);
}

async function remove({ administration, print }: Connected, user: string, isSure: boolean): Promise<void> {
  const { id, username } = await getUser(administration, user);
  if (!isSure)
    throw new CommandError(`${username} (${id}) and everything of theirs would be deleted for good: say --yes.`);
  await deleteUser(administration, user);
  print(`deleted ${username} ${id}`);
}

async function endSessions({ administration, print }: Connected, user: string): Promise<void> {
  const { username, sessions, revokedGrants } = await endUserSessions(administration, user);
  print(`sessions of ${username} ended: ${sessions}; authorization grants ended: ${revokedGrants}`);
}

/** `name=value`; with nothing after the sign the claim is taken away. */
function readPair(pair: string): readonly [string, unknown] {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
  if (name === '') throw new CommandError(`"${pair}" is not name=value.`);
  return [name, value === '' ? null : claimFromText(name, value)];
}

async function readClaims(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  try {
    const claims: unknown = JSON.parse(await readContent(file));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new CommandError('The claims are not a JSON object such as {"nickname": "Ann"}.');
}

async function setUserClaims(
  { administration, print }: Connected,
  { user, pairs, file }: { user: string; pairs: readonly string[]; file?: string | undefined },
): Promise<void> {
  const claims = { ...(await readClaims(file)), ...Object.fromEntries(pairs.map(readPair)) };
  const { username } = await setClaims(administration, user, claims);
  print(`claims of ${username} set: ${Object.keys(claims).join(', ')}`);
}

const passwordFile = { type: 'string', nargs: 1, describe: 'file with the password, - for standard input' } as const;

const createCommand = (yargs: Argv, run: RunCommand): Argv =>
  yargs.command(
    'create <username>',
    'create a user',
    (builder) =>
      builder
        .positional('username', { type: 'string', demandOption: true, describe: 'name without space and @' })
        .option('email', { type: 'string', describe: 'e-mail address, with which the user can sign in, too' })
        .option('name', { type: 'string', describe: 'full name' })
        .option('password-file', passwordFile),
    ({ username, email, name, passwordFile }) =>
      run((connected) => create(connected, { username, email, name, passwordFile })),
  );

const setClaimsCommand = (yargs: Argv, run: RunCommand): Argv =>
  yargs.command(
    'set-claims <user> [claims..]',
    'set claims of a user; those that are not named stay',
    (builder) =>
      withUser(builder)
        .positional('claims', {
          type: 'string',
          array: true,
          default: [],
          describe: 'name=value; JSON where the claim is no text, such as groups=["staff"]; name= takes one away',
        })
        .option('file', {
          type: 'string',
          nargs: 1,
          describe: 'file with claims as a JSON object, - for standard input',
        }),
    ({ user, claims, file }) => run((connected) => setUserClaims(connected, { user, pairs: claims, file })),
  );

export const userCommands = (yargs: Argv, run: RunCommand): Argv =>
  [createCommand, setClaimsCommand, factorCommands, linkCommands, invitationCommands, userTransferCommands]
    .reduce((all, add) => add(all, run), yargs)
    .command('list', 'list users: id, username, e-mail, state', {}, () => run(printUsers))
    .command('show <user>', 'show a user as JSON, without the password', withUser, ({ user }) =>
      run((connected) => show(connected, user)),
    )
    .command('disable <user>', 'disable a user and end sessions and tokens', withUser, ({ user }) =>
      run((connected) => disable(connected, user)),
    )
    .command('enable <user>', 'enable a user again', withUser, ({ user }) =>
      run((connected) => enable(connected, user)),
    )
    .command(
      'set-password <user>',
      'set a password and end sessions and tokens',
      (builder) => withUser(builder).option('password-file', { ...passwordFile, demandOption: true }),
      ({ user, passwordFile }) => run((connected) => changePassword(connected, user, passwordFile)),
    )
    .command(
      'reset-password <user>',
      'mail a link by which a user sets another password, as "Forgot your password?" does',
      (builder) => withUser(builder).option('mail', { type: 'boolean', default: false, describe: 'send the mail' }),
      ({ user, mail }) => run((connected) => mailReset(connected, user, mail)),
    )
    .command(
      'delete <user>',
      'delete a user and everything of theirs, at once and for good',
      (builder) => withUser(builder).option('yes', { type: 'boolean', default: false, describe: 'do it' }),
      ({ user, yes }) => run((connected) => remove(connected, user, yes)),
    )
    .command(
      'end-sessions <user>',
      'sign a user out everywhere; what has offline_access goes on',
      withUser,
      ({ user }) => run((connected) => endSessions(connected, user)),
    )
    .demandCommand(1, 'Say what to do with users.');
