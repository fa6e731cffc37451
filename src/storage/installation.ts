import { type Change, recordChange } from './audit/change.js';
import { statement } from './connection/statement.js';
import type { Transactions } from './connection/transactions.js';
import type { Installation } from './schema/installation.js';

/** SQL: a token was not issued before a restored database was taken into service; those from before stay void. */
export const notVoid = (issuedAt: string): string =>
  `NOT EXISTS (SELECT FROM installation WHERE issued_before_is_void > ${issuedAt})`;

type Marker = Pick<Installation, 'systemIdentifier' | 'tokensOid'>;

const readMarkerStatement = statement<object, Marker>(
  'read_marker',
  () =>
    `SELECT system_identifier::text AS "systemIdentifier", 'tokens'::regclass::oid::text AS "tokensOid" FROM pg_control_system()`,
);

async function readMarker(transactions: Transactions): Promise<Marker> {
  const [marker] = (await transactions.query(readMarkerStatement, {})).rows;
  if (!marker) throw new Error('PostgreSQL does not say which cluster it is');
  return marker;
}

const findOwnRoleStatement = statement<object, { readonly isSuperuser: boolean }>(
  'find_own_role',
  () => 'SELECT rolsuper AS "isSuperuser" FROM pg_roles WHERE rolname = current_user',
);

/** Whether we connect as a superuser: whoever gets at the connection string then owns the machine that PostgreSQL runs on. */
export const isSuperuser = async (transactions: Transactions): Promise<boolean> =>
  (await transactions.query(findOwnRoleStatement, {})).rows[0]?.isSuperuser ?? false;

const truncateIssuedStatement = statement<object>(
  'truncate_issued',
  () => 'TRUNCATE tokens, authorization_grants, sessions, interactions, outgoing_mails, mailed_links, invitations',
);

const setInstallationStatement = statement<Marker & { readonly issuedBeforeIsVoid: Date | null; readonly now: Date }>(
  'set_installation',
  (p) => `
   INSERT INTO installation (id, system_identifier, tokens_oid, issued_before_is_void, updated_at)
   VALUES (true, ${p.systemIdentifier}, ${p.tokensOid}, ${p.issuedBeforeIsVoid}, ${p.now})
   ON CONFLICT (id) DO UPDATE SET system_identifier = EXCLUDED.system_identifier, tokens_oid = EXCLUDED.tokens_oid,
     issued_before_is_void = EXCLUDED.issued_before_is_void, updated_at = EXCLUDED.updated_at`,
);

/**
 * Ends everything that was ever issued: codes, tokens, authorization grants, sessions and sign-ins under way. Mails that wait may
 * have been sent after the backup, and go with it, as do the links in them and who was invited. Consents, users, clients, keys and the audit trail stay. An access token as JWT is
 * refused wherever we are asked, and by resource servers that verify alone when it expires.
 */
export async function voidEverythingIssued(transactions: Transactions, change: Change): Promise<void> {
  const { now } = change;
  const marker = await readMarker(transactions);
  await transactions.run(async (transaction) => {
    await transaction.query(truncateIssuedStatement, {});
    await transaction.query(setInstallationStatement, { ...marker, issuedBeforeIsVoid: now, now });
    await recordChange(transaction, change);
  });
}

const findMarkerStatement = statement<object, Marker>(
  'find_marker',
  () => 'SELECT system_identifier AS "systemIdentifier", tokens_oid AS "tokensOid" FROM installation',
);

/**
 * Compares the stored marker with the database that it is in. Call it after migrations, under the provisioning lock.
 * A restored dump is voided at once; a physical restore looks the same from inside, so it needs the command `restored`.
 */
export async function recognizeDatabase(
  transactions: Transactions,
  change: Change,
): Promise<'new' | 'same' | 'restored'> {
  const marker = await readMarker(transactions);
  const [known] = (await transactions.query(findMarkerStatement, {})).rows;
  if (!known) {
    await transactions.query(setInstallationStatement, { ...marker, issuedBeforeIsVoid: null, now: change.now });
    return 'new';
  }
  if (known.systemIdentifier === marker.systemIdentifier && known.tokensOid === marker.tokensOid) return 'same';
  await voidEverythingIssued(transactions, change);
  return 'restored';
}
