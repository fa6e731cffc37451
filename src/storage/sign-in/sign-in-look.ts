import { type Columns, pick, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { acceptedPasskeys } from '../factors/passkeys.js';
import { trustedBy } from '../factors/trusted-browsers.js';
import {
  enrolledMethods,
  groupsOf,
  type SignInAccount,
  type SoughtIdentifier,
  soughtIdentifier,
  userCalled,
} from '../people/users.js';
import type { Passkey } from '../schema/passkeys.js';
import { type FailureStates, failureStates } from './sign-in-failures.js';

interface Look extends SoughtIdentifier {
  /** Of the failures that count against the attempt; hexadecimal. */
  readonly failureKeys: readonly string[];
  /** A UUID that the identifier always has: whose hash an account that does not exist is like. */
  readonly likeness: string;
  /** What the browser brings by which accounts may trust it: hashes in hexadecimal. */
  readonly presentedTrust: readonly string[];
  readonly now: Date;
}

type LookRow = { readonly [Name in keyof SignInAccount]: SignInAccount[Name] | null } & {
  readonly failures: FailureStates;
  readonly trustedBrowser: string | null;
  readonly parameters: string | null;
};

export const accountColumns: Columns<SignInAccount> = {
  id: 'u.id',
  enrolled: enrolledMethods('u'),
  groups: groupsOf('u'),
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
    `(SELECT substring(password_hash FROM '^\\$(?:argon2id\\$v=\\d+\\$[^$]+|2[aby]\\$\\d+|(?:pbkdf2-sha\\d+|scrypt)\\$[^$]+)\\$') FROM users WHERE ${condition} ORDER BY id LIMIT 1)`;
  return `COALESCE(${ofFirst(`id >= ${likeness}::uuid`)}, ${ofFirst('true')})`;
};

const lookForSignInStatement = statement<Look, LookRow>(
  'look_for_sign_in',
  (p) => `
   SELECT ${selected(accountColumns, {
     failures: failureStates(p.failureKeys, p.now),
     trustedBrowser: trustedBy('u', p.presentedTrust, p.now),
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
  /** By which of these the account trusts the browser; null where it does not. */
  readonly trustedBrowser: string | null;
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
  const { failures, trustedBrowser, parameters, ...account } = row;
  return { account: account.id === null ? null : (account as SignInAccount), failures, trustedBrowser, parameters };
}

interface PasskeyLook {
  readonly credentialId: Buffer;
  /** Of the failures that count against the attempt; hexadecimal. */
  readonly failureKeys: readonly string[];
  readonly now: Date;
}

type StoredPasskey = Pick<Passkey, 'publicKey' | 'transports' | 'deviceType' | 'flaggedAt'> & {
  readonly counter: number;
};

/** A passkey and whose it is. */
export interface FoundPasskey extends StoredPasskey {
  readonly account: SignInAccount;
  readonly username: string;
  readonly displayName: string | null;
  /** In base64url: all with which its owner can sign in. */
  readonly accepted: readonly string[];
}

const passkeyColumns: Columns<Omit<FoundPasskey, 'account'>> = {
  publicKey: 'k.public_key',
  counter: 'k.counter::double precision',
  transports: 'k.transports',
  deviceType: 'k.device_type',
  flaggedAt: 'k.flagged_at',
  username: 'u.username',
  displayName: `u.claims ->> 'name'`,
  accepted: acceptedPasskeys('u'),
};

type PasskeyLookRow =
  | (Omit<FoundPasskey, 'account'> & SignInAccount & { readonly failures: FailureStates })
  | {
      readonly id: null;
      readonly failures: FailureStates;
    };

const lookForPasskeyStatement = statement<PasskeyLook, PasskeyLookRow>(
  'look_for_passkey',
  (p) => `
   SELECT ${selected(accountColumns, passkeyColumns, { failures: failureStates(p.failureKeys, p.now) })}
   FROM (VALUES (true)) always
   LEFT JOIN (passkeys k JOIN users u ON u.id = k.user_id) ON k.credential_id = ${p.credentialId}`,
);

/** Reads a passkey, its owner and the failures that count against the attempt, and writes nothing. */
export async function lookForPasskey(
  sql: Sql,
  look: PasskeyLook,
): Promise<{ readonly passkey: FoundPasskey | null; readonly failures: FailureStates }> {
  const [row] = (await sql.query(lookForPasskeyStatement, look)).rows;
  if (!row) throw new Error('look_for_passkey gives no row');
  const { failures } = row;
  if (row.id === null) return { passkey: null, failures };
  return { passkey: { ...pick(row, passkeyColumns), account: pick(row, accountColumns) }, failures };
}
