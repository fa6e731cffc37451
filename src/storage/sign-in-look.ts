import { type Columns, selected } from './connection/columns.js';
import type { Sql } from './connection/sql.js';
import { statement } from './connection/statement.js';
import { type FailureStates, failureStates } from './sign-in-failures.js';
import { enrolledMethods, type SignInAccount, type SoughtIdentifier, soughtIdentifier, userCalled } from './users.js';

interface Look extends SoughtIdentifier {
  /** Of the failures that count against the attempt; hexadecimal. */
  readonly failureKeys: readonly string[];
  readonly now: Date;
}

type LookRow = { readonly [Name in keyof SignInAccount]: SignInAccount[Name] | null } & {
  readonly failures: FailureStates;
};

const accountColumns: Columns<SignInAccount> = {
  id: 'u.id',
  enrolled: enrolledMethods('u'),
  passwordHash: 'u.password_hash',
  passwordChangedAt: 'u.password_changed_at',
  disabledAt: 'u.disabled_at',
};

const lookForSignInStatement = statement<Look, LookRow>(
  'look_for_sign_in',
  (p) => `
   SELECT ${selected(accountColumns, { failures: failureStates(p.failureKeys, p.now) })}
   FROM (VALUES (true)) always
   LEFT JOIN LATERAL ${userCalled(p)} ON true`,
);

/** What decides about an attempt before it is judged. */
export interface SignInLook {
  /** By username or e-mail address, regardless of case; null where there is none. */
  readonly account: SignInAccount | null;
  readonly failures: FailureStates;
}

/** Reads the account and the failures that count against the attempt, and writes nothing. */
export async function lookForSignIn(
  sql: Sql,
  { identifier, ...look }: Omit<Look, keyof SoughtIdentifier> & { readonly identifier: string },
): Promise<SignInLook> {
  const [row] = (await sql.query(lookForSignInStatement, { ...look, ...soughtIdentifier(identifier) })).rows;
  if (!row) throw new Error('look_for_sign_in gives no row');
  const { failures, ...account } = row;
  return { account: account.id === null ? null : (account as SignInAccount), failures };
}
