import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { jsonObject } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { trustedBy } from '../factors/trusted-browsers.js';
import type { SignInAccount } from '../people/users.js';
import type { IdentitySnapshot } from '../schema/federated-identities.js';
import { accountColumns } from '../sign-in/sign-in-look.js';

interface Look {
  readonly provider: string;
  readonly subject: string;
  /** The key of an address that is proven. */
  readonly emailKey: string | null;
  /** What the browser brings by which accounts may trust it: hashes in hexadecimal. */
  readonly presentedTrust: readonly string[];
  readonly now: Date;
}

/** What is known here of an identity. */
export interface FederationLook {
  /** With which the identity is linked. */
  readonly account: SignInAccount | null;
  /** By which of what the browser brought the account trusts it; null where it does not. */
  readonly trustedBrowser: string | null;
  /** Who has the address. */
  readonly ownerId: string | null;
}

const lookForIdentityStatement = statement<Look, FederationLook>(
  'look_for_federated_identity',
  (p) => `
   SELECT CASE WHEN u.id IS NOT NULL THEN ${jsonObject(accountColumns)} END AS account,
     ${trustedBy('u', p.presentedTrust, p.now)} AS "trustedBrowser",
     (SELECT o.id FROM users o WHERE o.email_key = ${p.emailKey}) AS "ownerId"
   FROM (VALUES (true)) always
   LEFT JOIN (federated_identities f JOIN users u ON u.id = f.user_id)
     ON f.provider = ${p.provider} AND f.subject = ${p.subject}`,
);

/** As JSON has them: without dates. */
type AccountInJson = Omit<SignInAccount, 'passwordChangedAt' | 'disabledAt'> & {
  readonly passwordChangedAt: string | null;
  readonly disabledAt: string | null;
};

const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** Reads with which account an identity is linked, and who has its address; writes nothing. */
export async function lookForFederatedIdentity(
  sql: Sql,
  { email, ...look }: Omit<Look, 'emailKey'> & { readonly email: string | null },
): Promise<FederationLook> {
  const sought = { ...look, emailKey: email === null ? null : identifierKey(email) };
  const [row] = (await sql.query(lookForIdentityStatement, sought)).rows;
  if (!row) throw new Error('look_for_federated_identity gives no row');
  const account = row.account as AccountInJson | null;
  return {
    ownerId: row.ownerId,
    trustedBrowser: row.trustedBrowser,
    account: account && {
      ...account,
      passwordChangedAt: instant(account.passwordChangedAt),
      disabledAt: instant(account.disabledAt),
    },
  };
}

interface NewFederatedUser {
  readonly id: string;
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string | null;
  readonly emailKey: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly provider: string;
  readonly subject: string;
  readonly snapshot: IdentitySnapshot;
  readonly now: Date;
  readonly audit: Audit;
}

// Of two that come at once with one identity the second waits for the first and finds that there is one: nobody is created twice.
const createFederatedUserStatement = statement<NewFederatedUser, { id: string }>(
  'create_federated_user',
  (p) => `
   WITH linked AS (
     INSERT INTO federated_identities (provider, subject, user_id, claims, linked_at)
     VALUES (${p.provider}, ${p.subject}, ${p.id}, ${p.snapshot}, ${p.now}) ON CONFLICT DO NOTHING RETURNING user_id
   ), created AS (
     INSERT INTO users (id, username, username_key, email, email_key, email_verified, claims, created_at, updated_at)
     SELECT user_id, ${p.username}, ${p.usernameKey}, ${p.email}, ${p.emailKey}, ${p.email}::text IS NOT NULL, ${p.claims},
       ${p.now}, ${p.now}
     FROM linked RETURNING id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'created', userId: 'id' })}
   )
   SELECT id FROM created`,
);

const isTaken = (error: unknown): boolean => (error as { code?: string } | null)?.code === '23505';

/**
 * Creates an account without a password for somebody whom a provider vouches for, and links both. Their address is a verified one.
 * @returns false when the identity, the username or the address is taken: then nothing is changed
 */
export async function createFederatedUser(
  sql: Sql,
  { username, email, ...user }: Omit<NewFederatedUser, 'usernameKey' | 'emailKey'>,
): Promise<boolean> {
  const keys = { usernameKey: identifierKey(username), emailKey: email === null ? null : identifierKey(email) };
  try {
    return (await sql.query(createFederatedUserStatement, { ...user, ...keys, username, email })).rowCount === 1;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}
