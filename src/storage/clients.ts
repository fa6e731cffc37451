import { Column, Entity, type EntityManager, PrimaryColumn, type QueryDeepPartialEntity } from 'typeorm';
import { createBoundedCache } from '../cache/bounded-cache.js';
import type { Clock } from '../clock.js';
import type { ClientMetadata } from '../protocol/client/client-metadata.js';
import { type AuditContext, AuditEvent } from './audit-events.js';
import type { Sql } from './connection/sql.js';
import { statement } from './connection/statement.js';

/** Who made a client: provisioning updates only what the configuration declared, and deletes nothing. */
export type ClientOrigin = 'configuration' | 'operator';

@Entity('clients')
export class Client {
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'clients_pkey' })
  clientId!: string;
  /** RFC 7591 §2 members, as the wire spells them. */
  @Column('jsonb')
  metadata!: ClientMetadata;
  /** SHA-256 of the secret: it is random, so nothing slower is needed. Null for clients without one. */
  @Column('bytea', { name: 'secret_hash', nullable: true })
  secretHash!: Buffer | null;
  @Column('text')
  origin!: ClientOrigin;
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

const findClientStatement = statement<{ clientId: string }, Client>(
  'find_client',
  (p) => `
   SELECT client_id AS "clientId", metadata, secret_hash AS "secretHash", origin, disabled_at AS "disabledAt",
     created_at AS "createdAt", updated_at AS "updatedAt"
   FROM clients WHERE client_id = ${p.clientId}`,
);

export async function findClient(sql: Sql, clientId: string): Promise<Client | null> {
  return (await sql.query(findClientStatement, { clientId })).rows[0] ?? null;
}

/** Clients as the hot paths read them: one query a second for each at most, whatever the load. */
export interface ClientCache {
  /** The client, or null when there is none; at most one second old. */
  get(clientId: string): Promise<Client | null>;
}

/** Milliseconds. */
const cacheLife = 1_000;
const cacheSize = 1_000;

/**
 * Statements that redeem a token, or say what one is good for, look at `disabled_at` themselves. What runs no such statement can
 * be a second behind: authorization requests, client_credentials, and who may introspect or revoke.
 */
export function createClientCache(sql: Sql, clock: Clock): ClientCache {
  const entries = createBoundedCache<{ readonly readAt: number; readonly client: Promise<Client | null> }>(cacheSize);
  return {
    get(clientId) {
      const now = clock.now().getTime();
      const known = entries.get(clientId);
      if (known && now - known.readAt < cacheLife) return known.client;
      const client = findClient(sql, clientId);
      entries.set(clientId, { readAt: now, client });
      const forget = () => {
        if (entries.get(clientId)?.client === client) entries.delete(clientId);
      };
      // Absence is not remembered: strangers' ids must not push real clients out.
      client.then((found) => found ?? forget(), forget);
      return client;
    },
  };
}

const audited = (
  manager: EntityManager,
  clientId: string,
  change: string,
  now: Date,
  expiresAt: Date,
  context: AuditContext,
) =>
  manager.insert(AuditEvent, {
    type: 'client_changed',
    clientId,
    occurredAt: now,
    expiresAt,
    context: { ...context, change },
  });

/** When and by whom an administrative change is made, and how long its audit row is kept. */
export interface Change {
  readonly now: Date;
  readonly auditExpiresAt: Date;
  readonly context: AuditContext;
}

/** @throws QueryFailedError 23505 when the id is taken */
export async function insertClient(
  manager: EntityManager,
  client: Pick<Client, 'clientId' | 'metadata' | 'secretHash' | 'origin'>,
  { now, auditExpiresAt, context }: Change,
): Promise<void> {
  await manager.transaction(async (transaction) => {
    const row = { ...client, disabledAt: null, createdAt: now, updatedAt: now };
    await transaction.insert(Client, row as QueryDeepPartialEntity<Client>);
    await audited(transaction, client.clientId, 'created', now, auditExpiresAt, context);
  });
}

/** Brings a client to the declared state. Resolves to what it took; an equal one costs no write. */
export async function declareClient(
  manager: EntityManager,
  declared: Pick<Client, 'clientId' | 'metadata' | 'secretHash'>,
  change: Change,
): Promise<'created' | 'updated' | 'unchanged'> {
  const present = await manager.findOneBy(Client, { clientId: declared.clientId });
  if (!present) {
    await insertClient(manager, { ...declared, origin: 'configuration' }, change);
    return 'created';
  }
  const same =
    present.origin === 'configuration' &&
    (present.secretHash?.toString('hex') ?? null) === (declared.secretHash?.toString('hex') ?? null) &&
    canonical(present.metadata) === canonical(declared.metadata);
  if (same) return 'unchanged';
  await manager.transaction(async (transaction) => {
    const values = { metadata: declared.metadata, secretHash: declared.secretHash, updatedAt: change.now };
    await transaction.update(Client, { clientId: declared.clientId }, {
      ...values,
      origin: 'configuration',
    } as QueryDeepPartialEntity<Client>);
    await audited(transaction, declared.clientId, 'updated', change.now, change.auditExpiresAt, change.context);
  });
  return 'updated';
}

/** JSON with sorted members: jsonb does not keep their order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

export const listClients = (manager: EntityManager): Promise<Client[]> =>
  manager.find(Client, { order: { clientId: 'ASC' } });

/** Replaces the secret; the old one stops working within a second. @returns false when there is no such client */
export async function rotateClientSecret(
  manager: EntityManager,
  clientId: string,
  secretHash: Buffer,
  { now, auditExpiresAt, context }: Change,
): Promise<boolean> {
  return manager.transaction(async (transaction) => {
    const { affected } = await transaction.update(Client, { clientId }, { secretHash, updatedAt: now });
    if (!affected) return false;
    await audited(transaction, clientId, 'secret rotated', now, auditExpiresAt, context);
    return true;
  });
}

const revokeWhatHangsOnIt = `UPDATE authorization_grants SET revoked_at = $2 WHERE client_id = $1 AND revoked_at IS NULL`;

/** Disables the client and ends every authorization grant that it holds, at once. */
export async function disableClient(
  manager: EntityManager,
  clientId: string,
  { now, auditExpiresAt, context }: Change,
): Promise<boolean> {
  return manager.transaction(async (transaction) => {
    const { affected } = await transaction.update(Client, { clientId }, { disabledAt: now, updatedAt: now });
    if (!affected) return false;
    await transaction.query(revokeWhatHangsOnIt, [clientId, now]);
    await audited(transaction, clientId, 'disabled', now, auditExpiresAt, context);
    return true;
  });
}

/** Deletes the client with its consents and ends its authorization grants. */
export async function deleteClient(
  manager: EntityManager,
  clientId: string,
  { now, auditExpiresAt, context }: Change,
): Promise<boolean> {
  return manager.transaction(async (transaction) => {
    const { affected } = await transaction.delete(Client, { clientId });
    if (!affected) return false;
    await transaction.query(revokeWhatHangsOnIt, [clientId, now]);
    await transaction.query('DELETE FROM consents WHERE client_id = $1', [clientId]);
    await audited(transaction, clientId, 'deleted', now, auditExpiresAt, context);
    return true;
  });
}
