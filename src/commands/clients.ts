import { hashToken } from '../crypto/digest.js';
import { isClientIdentifier, readClientMetadata, unservableProfile } from '../protocol/client/client-metadata.js';
import {
  type Client,
  deleteClient,
  disableClient,
  findClient,
  insertClient,
  listClients,
  rotateClientSecret,
} from '../storage/clients.js';
import { CommandError, type CommandSession } from './connection.js';
import { readSecret } from './read-secret.js';

async function requireClient({ sql }: CommandSession, clientId: string): Promise<Client> {
  const client = await findClient(sql, clientId);
  if (!client) throw new CommandError(`There is no client "${clientId}".`);
  return client;
}

const usesSecret = (method: string): boolean => method.startsWith('client_secret');

/** Prints a fresh secret: the only time that anybody sees it. */
function makeSecret(session: CommandSession): { secret: string; secretHash: Buffer } {
  const secret = session.random.token();
  return { secret, secretHash: hashToken(secret) };
}

/**
 * Creates a client from a JSON document of RFC 7591 §2 metadata.
 * @param metadataFile a path, or - for standard input
 */
export async function createClient(
  session: CommandSession,
  { clientId, metadataFile }: { clientId: string | undefined; metadataFile: string },
): Promise<void> {
  const document = parse(await readSecret(metadataFile));
  const { metadata, faults } = readClientMetadata(document);
  if (!metadata) throw new CommandError(faults.map(({ member, problem }) => `${member} ${problem}`).join('\n'));
  const unservable = unservableProfile(metadata);
  if (unservable) throw new CommandError(`profile ${unservable}`);
  if (!session.config.signingKeys.algorithms.includes(metadata.id_token_signed_response_alg)) {
    throw new CommandError(
      `id_token_signed_response_alg ${metadata.id_token_signed_response_alg} has no signing key here.`,
    );
  }
  const made = usesSecret(metadata.token_endpoint_auth_method) ? makeSecret(session) : null;
  const id = clientId ?? session.random.uuid();
  if (!isClientIdentifier(id)) throw new CommandError('A client id is made of printable ASCII characters.');
  const row = { clientId: id, metadata, secretHash: made?.secretHash ?? null, origin: 'operator' as const };
  await insertClient(session.manager, row, session.change()).catch((error: { code?: string }) => {
    throw error.code === '23505' ? new CommandError(`There is a client "${id}" already.`) : error;
  });
  session.print(JSON.stringify({ client_id: id, ...(made ? { client_secret: made.secret } : {}) }, null, 2));
}

function parse(text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return { ...document };
  } catch {
    // said below
  }
  throw new CommandError('The metadata is not a JSON object.');
}

export async function printClients(session: CommandSession): Promise<void> {
  for (const { clientId, metadata, origin, disabledAt } of await listClients(session.manager)) {
    const state = disabledAt ? `disabled ${disabledAt.toISOString()}` : 'enabled';
    session.print(
      [clientId, metadata.client_name ?? '-', metadata.token_endpoint_auth_method, origin, state].join('\t'),
    );
  }
}

export async function showClient(session: CommandSession, clientId: string): Promise<void> {
  const { metadata, origin, disabledAt, createdAt, updatedAt } = await requireClient(session, clientId);
  const facts = { client_id: clientId, origin, disabled_at: disabledAt, created_at: createdAt, updated_at: updatedAt };
  session.print(JSON.stringify({ ...facts, ...metadata }, null, 2));
}

/** The old secret stops working within a second. */
export async function rotateSecret(session: CommandSession, clientId: string): Promise<void> {
  const { metadata, origin } = await requireClient(session, clientId);
  if (!usesSecret(metadata.token_endpoint_auth_method)) {
    throw new CommandError(
      `The client "${clientId}" authenticates by ${metadata.token_endpoint_auth_method}, without a secret.`,
    );
  }
  if (origin === 'configuration') {
    throw new CommandError(
      `The client "${clientId}" is declared in the configuration: change its secret there and restart.`,
    );
  }
  const { secret, secretHash } = makeSecret(session);
  await rotateClientSecret(session.manager, clientId, secretHash, session.change());
  session.print(JSON.stringify({ client_id: clientId, client_secret: secret }, null, 2));
}

/** Ends the client's authorization grants at once. */
export async function disable(session: CommandSession, clientId: string): Promise<void> {
  await requireClient(session, clientId);
  await disableClient(session.manager, clientId, session.change());
  session.print(`disabled ${clientId}; its authorization grants have ended`);
}

export async function remove(session: CommandSession, clientId: string): Promise<void> {
  const { origin } = await requireClient(session, clientId);
  if (origin === 'configuration') {
    throw new CommandError(
      `The client "${clientId}" is declared in the configuration and would be back at the next start: remove it there first.`,
    );
  }
  await deleteClient(session.manager, clientId, session.change());
  session.print(`deleted ${clientId}`);
}
