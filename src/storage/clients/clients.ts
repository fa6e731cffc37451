import { createBoundedCache } from '../../cache/bounded-cache.js';
import type { Clock } from '../../clock.js';
import { type Change, recordChange } from '../audit/change.js';
import { coalescedStatement, keyIs } from '../connection/coalesced-statement.js';
import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { type Statement, statement } from '../connection/statement.js';
import type { Transactions } from '../connection/transactions.js';
import { revokeGrantsOfClient } from '../grants/authorization-grants.js';
import type { Client } from '../schema/clients.js';

const clientColumns = selected({
  clientId: 'client_id',
  metadata: 'metadata',
  secretHash: 'secret_hash',
  sealedSecret: 'sealed_secret',
  origin: 'origin',
  disabledAt: 'disabled_at',
  registrationTokenHash: 'registration_token_hash',
  expiresAt: 'expires_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} satisfies Columns<Client>);

const findClientStatement = coalescedStatement<{ clientId: string }, Client>(
  'find_client',
  { clientId: 'text' },
  (p, asked) => `
   SELECT asked.n, ${clientColumns}
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

const insertClientStatement = statement<NewClient & { readonly now: Date }>(
  'insert_client',
  (p) => `
   INSERT INTO clients (client_id, metadata, secret_hash, sealed_secret, origin, created_at, updated_at)
   VALUES (${p.clientId}, ${p.metadata}, ${p.secretHash}, ${p.sealedSecret}, ${p.origin}, ${p.now}, ${p.now})`,
);

/** @throws DatabaseError 23505 when the id is taken */
export async function insertClient(transactions: Transactions, client: NewClient, change: Change): Promise<void> {
  await transactions.run(async (transaction) => {
    await transaction.query(insertClientStatement, { ...client, now: change.now });
    await recordChange(transaction, change);
  });
}

/** Makes a change of one row together with its record. @returns false when there is no such client */
const changeRow = <Parameters extends object>(
  transactions: Transactions,
  update: Statement<Parameters, never>,
  parameters: NoInfer<Parameters>,
  change: Change,
): Promise<boolean> =>
  transactions.run(async (transaction) => {
    if ((await transaction.query(update, parameters)).rowCount === 0) return false;
    await recordChange(transaction, change);
    return true;
  });

const replaceClientStatement = statement<NewClient & { readonly now: Date }>(
  'replace_client',
  (p) => `
   UPDATE clients SET metadata = ${p.metadata}, secret_hash = ${p.secretHash}, sealed_secret = ${p.sealedSecret},
     origin = ${p.origin}, updated_at = ${p.now}
   WHERE client_id = ${p.clientId}`,
);

/** Brings a client to another state, its secret included. @returns false when there is no such client */
export const replaceClient = (transactions: Transactions, client: NewClient, change: Change): Promise<boolean> =>
  changeRow(transactions, replaceClientStatement, { ...client, now: change.now }, change);

const listClientsStatement = statement<object, Client>(
  'list_clients',
  () => `SELECT ${clientColumns} FROM clients ORDER BY client_id`,
);

/** In the order of their ids. */
export const listClients = async (transactions: Transactions): Promise<readonly Client[]> =>
  (await transactions.query(listClientsStatement, {})).rows;

const rotateClientSecretStatement = statement<KeptSecret & { readonly clientId: string; readonly now: Date }>(
  'rotate_client_secret',
  (p) => `
   UPDATE clients SET secret_hash = ${p.secretHash}, sealed_secret = ${p.sealedSecret}, updated_at = ${p.now}
   WHERE client_id = ${p.clientId}`,
);

/** Replaces the secret; the old one stops working within a second. @returns false when there is no such client */
export const rotateClientSecret = (
  transactions: Transactions,
  clientId: string,
  secret: KeptSecret,
  change: Change,
): Promise<boolean> =>
  changeRow(transactions, rotateClientSecretStatement, { ...secret, clientId, now: change.now }, change);

const setClientDisabledStatement = statement<Pick<Client, 'clientId' | 'disabledAt'> & { readonly now: Date }>(
  'set_client_disabled',
  (p) => `UPDATE clients SET disabled_at = ${p.disabledAt}, updated_at = ${p.now} WHERE client_id = ${p.clientId}`,
);

/** Enables the client again; what ended when it was disabled stays ended. @returns false when there is no such client */
export const enableClient = (transactions: Transactions, clientId: string, change: Change): Promise<boolean> =>
  changeRow(transactions, setClientDisabledStatement, { clientId, disabledAt: null, now: change.now }, change);

/** Disables the client and ends every authorization grant that it holds, at once. @returns false when there is no such client */
export async function disableClient(transactions: Transactions, clientId: string, change: Change): Promise<boolean> {
  const { now } = change;
  return transactions.run(async (transaction) => {
    const disabled = await transaction.query(setClientDisabledStatement, { clientId, disabledAt: now, now });
    if (disabled.rowCount === 0) return false;
    await revokeGrantsOfClient(transaction, { clientId }, now);
    await recordChange(transaction, change);
    return true;
  });
}

const deleteClientStatement = statement<{ readonly clientId: string }>(
  'delete_client',
  (p) => `DELETE FROM clients WHERE client_id = ${p.clientId}`,
);

const deleteConsentsOfClientStatement = statement<{ readonly clientId: string }>(
  'delete_consents_of_client',
  (p) => `DELETE FROM consents WHERE client_id = ${p.clientId}`,
);

/** Deletes the client with its consents and ends its authorization grants. @returns false when there is no such client */
export async function deleteClient(transactions: Transactions, clientId: string, change: Change): Promise<boolean> {
  return transactions.run(async (transaction) => {
    if ((await transaction.query(deleteClientStatement, { clientId })).rowCount === 0) return false;
    await revokeGrantsOfClient(transaction, { clientId }, change.now);
    await transaction.query(deleteConsentsOfClientStatement, { clientId });
    await recordChange(transaction, change);
    return true;
  });
}
