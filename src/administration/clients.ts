import { knownClaims } from '../protocol/claims.js';
import {
  type ClientMetadata,
  isClientIdentifier,
  readClientMetadata,
  requiresPkce,
  usesSecret,
} from '../protocol/client/client-metadata.js';
import type { MetadataFault } from '../protocol/client/member-reader.js';
import { unservableFaults } from '../protocol/client/servable-metadata.js';
import { reasonUnserved, unreadMembers } from '../protocol/client/unserved-members.js';
import type { Change } from '../storage/audit/change.js';
import { keptSecret } from '../storage/clients/client-secrets.js';
import * as stored from '../storage/clients/clients.js';
import { isUserId } from '../storage/people/users.js';
import type { Client } from '../storage/schema/clients.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError, taken } from './administration-error.js';

/** Metadata as the wire has it (RFC 7591 §2). */
export type ClientDocument = Readonly<Record<string, unknown>>;

/** A client whose secret was just made: nobody can read it again. */
export interface ClientCredentials {
  readonly clientId: string;
  /** Absent where the client authenticates without one. */
  readonly secret?: string;
}

/** A client as an operator may see it: everything but what is kept of its secrets. */
export type ClientView = Omit<Client, 'secretHash' | 'sealedSecret' | 'registrationTokenHash' | 'expiresAt'>;

const viewOf = ({
  secretHash: _,
  sealedSecret: __,
  registrationTokenHash: ___,
  expiresAt: ____,
  ...view
}: Client): ClientView => view;

const notFound = (clientId: string): AdministrationError =>
  new AdministrationError('not_found', `There is no client "${clientId}".`);

const declaredInConfiguration = (clientId: string, remedy: string): AdministrationError =>
  new AdministrationError(
    'declared_in_configuration',
    `The client "${clientId}" is declared in the configuration${remedy}`,
  );

const changeClient = <Result>(
  administration: Administration,
  clientId: string,
  change: string,
  write: (change: Change) => Promise<Result>,
): Promise<Result> => makeChange(administration, { type: 'client_changed', clientId, detail: { change } }, write);

/** @throws AdministrationError not_found when `write` resolves to false */
async function changePresentClient(...change: Parameters<typeof changeClient<boolean>>): Promise<void> {
  const [, clientId] = change;
  if (!(await changeClient(...change))) throw notFound(clientId);
}

const invalidMetadata = (faults: readonly MetadataFault[]): AdministrationError =>
  new AdministrationError('invalid', faults.map(({ member, problem }) => `${member} ${problem}`).join('\n'), {
    faults,
  });

const unreadFaults = (document: ClientDocument): readonly MetadataFault[] =>
  unreadMembers(document).map((member) => ({
    error: 'invalid_client_metadata',
    member,
    problem: reasonUnserved(member) ?? 'is unknown here',
  }));

/** Checks against the rules of RFC 7591 §2, and against what is served here. @throws AdministrationError invalid */
function readServableMetadata({ config }: Administration, document: ClientDocument): ClientMetadata {
  const { metadata, faults } = readClientMetadata(document);
  const unread = unreadFaults(document);
  if (!metadata || unread.length > 0) throw invalidMetadata([...faults, ...unread]);
  const unservable = unservableFaults(metadata, {
    signingAlgorithms: config.signingKeys.algorithms,
    claims: knownClaims(config.claims.scopes),
  });
  if (unservable.length > 0) throw invalidMetadata(unservable);
  return metadata;
}

/** Where a client may be served with less than it could have: for whoever made it so. */
function warnOf({ log }: Administration, clientId: string, metadata: ClientMetadata): void {
  if (metadata.grant_types.includes('authorization_code') && !requiresPkce(metadata)) {
    log.warn('PKCE is optional for this client: a code that is stolen on its way can be used by the thief', {
      client_id: clientId,
      remedy: 'leave out require_pkce, unless the client cannot send a code_challenge',
    });
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * In tokens that a client gets for itself, `sub` is its id: it must not be that of a user (RFC 9068 §5). Ids of users are made at random,
 * so none can come to be a client's.
 * @throws AdministrationError taken
 */
async function assertNobodysSubject({ transactions }: Administration, clientId: string): Promise<void> {
  if (uuid.test(clientId) && (await isUserId(transactions, clientId))) {
    throw new AdministrationError('taken', `The client id "${clientId}" is the subject of a user.`);
  }
}

export interface NewClient {
  /** Made at random where it is left out. */
  readonly clientId?: string | undefined;
  readonly document: ClientDocument;
}

/**
 * Creates a client from its metadata, with a secret where it authenticates by one.
 * @throws AdministrationError invalid, taken
 */
export async function createClient(
  administration: Administration,
  { clientId = administration.random.uuid(), document }: NewClient,
): Promise<ClientCredentials> {
  const metadata = readServableMetadata(administration, document);
  warnOf(administration, clientId, metadata);
  if (!isClientIdentifier(clientId)) {
    throw new AdministrationError('invalid', 'A client id is made of printable ASCII characters.');
  }
  await assertNobodysSubject(administration, clientId);
  const secret = usesSecret(metadata) ? administration.random.token() : undefined;
  const kept = keptSecret(
    administration.config.keyEncryptionKeys,
    clientId,
    metadata.token_endpoint_auth_method,
    secret,
  );
  const client = { clientId, metadata, ...kept, origin: 'operator' as const };
  await changeClient(administration, clientId, 'created', (change) =>
    stored.insertClient(administration.transactions, client, change),
  ).catch(taken(`There is a client "${clientId}" already.`));
  return { clientId, ...(secret === undefined ? {} : { secret }) };
}

export interface DeclaredClientState {
  readonly clientId: string;
  readonly document: ClientDocument;
  readonly secret: string | undefined;
}

/**
 * Brings a client to the state that the configuration declares; one that is in that state costs no write.
 * @throws AdministrationError taken
 */
export async function declareClient(
  administration: Administration,
  { clientId, document, secret }: DeclaredClientState,
): Promise<void> {
  const { metadata } = readClientMetadata(document);
  if (!metadata) throw new Error(`the declared client ${clientId} passed the configuration's check but not this one`);
  warnOf(administration, clientId, metadata);
  const kept = keptSecret(
    administration.config.keyEncryptionKeys,
    clientId,
    metadata.token_endpoint_auth_method,
    secret,
  );
  const declared = { clientId, metadata, ...kept, origin: 'configuration' as const };
  const { transactions, sql } = administration;
  const present = await stored.findClient(sql, clientId);
  if (!present) {
    await assertNobodysSubject(administration, clientId);
    await changeClient(administration, clientId, 'created', (change) =>
      stored.insertClient(transactions, declared, change),
    );
  } else if (!isSameState(present, declared)) {
    await changeClient(administration, clientId, 'updated', (change) =>
      stored.replaceClient(transactions, declared, change),
    );
  }
}

type ClientState = Pick<Client, 'metadata' | 'secretHash' | 'origin'>;

const isSameState = (one: ClientState, other: ClientState): boolean =>
  one.origin === other.origin &&
  one.secretHash?.toString('hex') === other.secretHash?.toString('hex') &&
  canonical(one.metadata) === canonical(other.metadata);

/** JSON with sorted members: jsonb does not keep their order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

/** In the order of their ids. */
export const listClients = async ({ transactions }: Administration): Promise<readonly ClientView[]> =>
  (await stored.listClients(transactions)).map(viewOf);

/** @throws AdministrationError not_found */
export async function getClient({ sql }: Administration, clientId: string): Promise<ClientView> {
  const client = await stored.findClient(sql, clientId);
  if (!client) throw notFound(clientId);
  return viewOf(client);
}

/**
 * Gives a client another secret; the old one stops working within a second.
 * @throws AdministrationError not_found, without_secret, declared_in_configuration
 */
export async function rotateClientSecret(
  administration: Administration,
  clientId: string,
): Promise<Required<ClientCredentials>> {
  const { metadata, origin } = await getClient(administration, clientId);
  if (!usesSecret(metadata)) {
    const how = `authenticates by ${metadata.token_endpoint_auth_method}, without a secret`;
    throw new AdministrationError('without_secret', `The client "${clientId}" ${how}.`);
  }
  if (origin === 'configuration') {
    throw declaredInConfiguration(clientId, ': change its secret there and restart.');
  }
  const secret = administration.random.token();
  await changePresentClient(administration, clientId, 'secret rotated', (change) =>
    stored.rotateClientSecret(
      administration.transactions,
      clientId,
      keptSecret(administration.config.keyEncryptionKeys, clientId, metadata.token_endpoint_auth_method, secret),
      change,
    ),
  );
  return { clientId, secret };
}

/** Disables a client and ends its authorization grants at once. @throws AdministrationError not_found */
export const disableClient = (administration: Administration, clientId: string): Promise<void> =>
  changePresentClient(administration, clientId, 'disabled', (change) =>
    stored.disableClient(administration.transactions, clientId, change),
  );

/** Enables a client again; what ended when it was disabled stays ended. @throws AdministrationError not_found */
export const enableClient = (administration: Administration, clientId: string): Promise<void> =>
  changePresentClient(administration, clientId, 'enabled', (change) =>
    stored.enableClient(administration.transactions, clientId, change),
  );

/**
 * Deletes a client with its consents and ends its authorization grants.
 * @throws AdministrationError not_found, declared_in_configuration
 */
export async function deleteClient(administration: Administration, clientId: string): Promise<void> {
  const { origin } = await getClient(administration, clientId);
  if (origin === 'configuration') {
    throw declaredInConfiguration(clientId, ' and would be back at the next start: remove it there first.');
  }
  await changePresentClient(administration, clientId, 'deleted', (change) =>
    stored.deleteClient(administration.transactions, clientId, change),
  );
}
