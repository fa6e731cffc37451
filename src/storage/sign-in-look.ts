import { type Columns, selected } from './connection/columns.js';
import type { Sql } from './connection/sql.js';
import { statement } from './connection/statement.js';
import { type FailureStates, failureStates } from './sign-in-failures.js';
import { enrolledMethods, type SignInAccount, type SoughtIdentifier, soughtIdentifier, userCalled } from './users.js';

interface Look extends SoughtIdentifier {
  /** Of the failures that count against the attempt; hexadecimal. */
  readonly failureKeys: readonly string[];
  /** A UUID that the identifier always has: whose hash an account that does not exist is like. */
  readonly likeness: string;
  readonly now: Date;
}

type LookRow = { readonly [Name in keyof SignInAccount]: SignInAccount[Name] | null } & {
  readonly failures: FailureStates;
  readonly parameters: string | null;
};

const accountColumns: Columns<SignInAccount> = {
  id: 'u.id',
  enrolled: enrolledMethods('u'),
  passwordHash: 'u.password_hash',
  passwordChangedAt: 'u.password_changed_at',
  disabledAt: 'u.disabled_at',
};

/**
 * SQL: with which parameters the hash of an account was made that is always the same for one identifier. After they have been
 * raised some accounts still have the old ones, and those that do not exist must not be the only ones to take longer: this way
 * as many of either have either.
 */
const parameters = (likeness: string): string => {
  const ofFirst = (condition: string) =>
    `(SELECT substring(password_hash FROM '^\\$argon2id\\$v=\\d+\\$[^$]+\\$') FROM users WHERE ${condition} ORDER BY id LIMIT 1)`;
  return `COALESCE(${ofFirst(`id >= ${likeness}::uuid`)}, ${ofFirst('true')})`;
};

const lookForSignInStatement = statement<Look, LookRow>(
  'look_for_sign_in',
  (p) => `
   SELECT ${selected(accountColumns, {
     failures: failureStates(p.failureKeys, p.now),
     parameters: parameters(p.likeness),
   })}
   FROM (VALUES (true)) always
   LEFT JOIN LATERAL ${userCalled(p)} ON true`,
);

/** What decides about an attempt before it is judged. */
export interface SignInLook {
  /** By username or e-mail address, regardless of case; null where there is none. */
  readonly account: SignInAccount | null;
  readonly failures: FailureStates;
  /** Those of some account's password hash, for an attempt at one without. */
  readonly parameters: string | null;
}

/** Reads the account and the failures that count against the attempt, and writes nothing. */
export async function lookForSignIn(
  sql: Sql,
  { identifier, ...look }: Omit<Look, keyof SoughtIdentifier> & { readonly identifier: string },
): Promise<SignInLook> {
  const [row] = (await sql.query(lookForSignInStatement, { ...look, ...soughtIdentifier(identifier) })).rows;
  if (!row) throw new Error('look_for_sign_in gives no row');
  const { failures, parameters, ...account } = row;
  return { account: account.id === null ? null : (account as SignInAccount), failures, parameters };
}
