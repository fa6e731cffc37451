import type { EntityManager } from 'typeorm';
import { type Change, recordChange } from './audit/change.js';
import { Installation } from './schema/installation.js';

/** SQL: a token was not issued before a restored database was taken into service; those from before stay void. */
export const notVoid = (issuedAt: string): string =>
  `NOT EXISTS (SELECT FROM installation WHERE issued_before_is_void > ${issuedAt})`;

type Marker = Pick<Installation, 'systemIdentifier' | 'tokensOid'>;

async function readMarker(manager: EntityManager): Promise<Marker> {
  const [marker] = await manager.query<[Marker]>(
    `SELECT system_identifier::text AS "systemIdentifier", 'tokens'::regclass::oid::text AS "tokensOid" FROM pg_control_system()`,
  );
  return marker;
}

/** Whether we connect as a superuser: whoever gets at the connection string then owns the machine that PostgreSQL runs on. */
export async function isSuperuser(manager: EntityManager): Promise<boolean> {
  const [role] = await manager.query<[{ rolsuper: boolean }]>(
    'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
  );
  return role.rolsuper;
}

/**
 * Ends everything that was ever issued: codes, tokens, authorization grants, sessions and sign-ins under way. Mails that wait may
 * have been sent after the backup, and go with it, as do the links in them and who was invited. Consents, users, clients, keys and the audit trail stay. An access token as JWT is
 * refused wherever we are asked, and by resource servers that verify alone when it expires.
 */
export async function voidEverythingIssued(manager: EntityManager, change: Change): Promise<void> {
  const { now } = change;
  const marker = await readMarker(manager);
  await manager.transaction(async (transaction) => {
    await transaction.query(
      'TRUNCATE tokens, authorization_grants, sessions, interactions, outgoing_mails, mailed_links, invitations',
    );
    await transaction.upsert(Installation, { id: true, ...marker, issuedBeforeIsVoid: now, updatedAt: now }, ['id']);
    await recordChange(transaction, change);
  });
}

/**
 * Compares the stored marker with the database that it is in. Call it after migrations, under the provisioning lock.
 * A restored dump is voided at once; a physical restore looks the same from inside, so it needs the command `restored`.
 */
export async function recognizeDatabase(manager: EntityManager, change: Change): Promise<'new' | 'same' | 'restored'> {
  const marker = await readMarker(manager);
  const known = await manager.findOneBy(Installation, { id: true });
  if (!known) {
    await manager.insert(Installation, { id: true, ...marker, issuedBeforeIsVoid: null, updatedAt: change.now });
    return 'new';
  }
  if (known.systemIdentifier === marker.systemIdentifier && known.tokensOid === marker.tokensOid) return 'same';
  await voidEverythingIssued(manager, change);
  return 'restored';
}
