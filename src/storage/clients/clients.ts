import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { createBoundedCache } from '../../cache/bounded-cache.js';
import type { Clock } from '../../clock.js';
import { type Change, recordChange } from '../audit/change.js';
import { coalescedStatement, keyIs } from '../connection/coalesced-statement.js';
import type { Sql } from '../connection/sql.js';
import { revokeGrants } from '../grants/authorization-grants.js';
import { Client } from '../schema/clients.js';
import { Consent } from '../schema/consents.js';

const findClientStatement = coalescedStatement<{ clientId: string }, Client>(
  'find_client',
  { clientId: 'text' },
  (p, asked) => `
   SELECT asked.n, client_id AS "clientId", metadata, secret_hash AS "secretHash", sealed_secret AS "sealedSecret", origin, disabled_at AS "disabledAt",
     registration_token_hash AS "registrationTokenHash", expires_at AS "expiresAt", created_at AS "createdAt", updated_at AS "updatedAt"
   FROM ${asked} JOIN clients ON ${keyIs('client_id', p.clientId)}`,
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

/** What is kept of a client's secret; `sealedSecret` where it signs with it. */
export type KeptSecret = Pick<Client, 'secretHash'> & Partial<Pick<Client, 'sealedSecret'>>;

type NewClient = Pick<Client, 'clientId' | 'metadata' | 'origin'> & KeptSecret;

/** @throws QueryFailedError 23505 when the id is taken */
export async function insertClient(manager: EntityManager, client: NewClient, change: Change): Promise<void> {
  await manager.transaction(async (transaction) => {
    const row = { ...client, disabledAt: null, createdAt: change.now, updatedAt: change.now };
    await transaction.insert(Client, row as QueryDeepPartialEntity<Client>);
    await recordChange(transaction, change);
  });
}

type ClientState = Partial<Pick<Client, 'metadata' | 'secretHash' | 'sealedSecret' | 'origin' | 'disabledAt'>>;

/** @returns false when there is no such client */
async function updateRow(
  transaction: EntityManager,
  clientId: string,
  state: ClientState,
  now: Date,
): Promise<boolean> {
  const row = { ...state, updatedAt: now } as QueryDeepPartialEntity<Client>;
  return Boolean((await transaction.update(Client, { clientId }, row)).affected);
}

const updateClient = (manager: EntityManager, clientId: string, state: ClientState, change: Change): Promise<boolean> =>
  manager.transaction(async (transaction) => {
    if (!(await updateRow(transaction, clientId, state, change.now))) return false;
    await recordChange(transaction, change);
    return true;
  });

/** Brings a client to another state, its secret included. @returns false when there is no such client */
export const replaceClient = (
  manager: EntityManager,
  { clientId, ...state }: NewClient,
  change: Change,
): Promise<boolean> => updateClient(manager, clientId, state, change);

export const listClients = (manager: EntityManager): Promise<Client[]> =>
  manager.find(Client, { order: { clientId: 'ASC' } });

/** Replaces the secret; the old one stops working within a second. @returns false when there is no such client */
export const rotateClientSecret = (
  manager: EntityManager,
  clientId: string,
  secret: KeptSecret,
  change: Change,
): Promise<boolean> => updateClient(manager, clientId, secret, change);

/** Enables the client again; what ended when it was disabled stays ended. @returns false when there is no such client */
export const enableClient = (manager: EntityManager, clientId: string, change: Change): Promise<boolean> =>
  updateClient(manager, clientId, { disabledAt: null }, change);

/** Disables the client and ends every authorization grant that it holds, at once. @returns false when there is no such client */
export async function disableClient(manager: EntityManager, clientId: string, change: Change): Promise<boolean> {
  return manager.transaction(async (transaction) => {
    if (!(await updateRow(transaction, clientId, { disabledAt: change.now }, change.now))) return false;
    await revokeGrants(transaction, { clientId }, change.now);
    await recordChange(transaction, change);
    return true;
  });
}

/** Deletes the client with its consents and ends its authorization grants. @returns false when there is no such client */
export async function deleteClient(manager: EntityManager, clientId: string, change: Change): Promise<boolean> {
  return manager.transaction(async (transaction) => {
    const { affected } = await transaction.delete(Client, { clientId });
    if (!affected) return false;
    await revokeGrants(transaction, { clientId }, change.now);
    await transaction.delete(Consent, { clientId });
    await recordChange(transaction, change);
    return true;
  });
}
