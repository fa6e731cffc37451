import type { Argv } from 'yargs';
import {
  type ClientCredentials,
  type ClientDocument,
  createClient,
  deleteClient,
  disableClient,
  enableClient,
  getClient,
  listClients,
  rotateClientSecret,
} from '../administration/clients.js';
import { CommandError } from './command-error.js';
import type { Connected, RunCommand } from './connection.js';
import { readSecret } from './read-secret.js';
import { registrationTokenCommands } from './registration-tokens.js';

function parseDocument(text: string): ClientDocument {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return { ...document };
  } catch {
    // said below
  }
  throw new CommandError('The metadata is not a JSON object.');
}

/** The only time that anybody sees the secret. */
const credentialsText = ({ clientId, secret }: ClientCredentials): string =>
  JSON.stringify({ client_id: clientId, client_secret: secret }, null, 2);

async function create(
  { administration, print }: Connected,
  { clientId, metadataFile }: { clientId: string | undefined; metadataFile: string },
): Promise<void> {
  const document = parseDocument(await readSecret(metadataFile));
  print(credentialsText(await createClient(administration, { clientId, document })));
}

async function printClients({ administration, print }: Connected): Promise<void> {
  for (const { clientId, metadata, origin, disabledAt } of await listClients(administration)) {
    const state = disabledAt ? `disabled ${disabledAt.toISOString()}` : 'enabled';
    print([clientId, metadata.client_name ?? '-', metadata.token_endpoint_auth_method, origin, state].join('\t'));
  }
}

async function show({ administration, print }: Connected, id: string): Promise<void> {
  const { clientId, metadata, origin, disabledAt, createdAt, updatedAt } = await getClient(administration, id);
  const facts = { client_id: clientId, origin, disabled_at: disabledAt, created_at: createdAt, updated_at: updatedAt };
  print(JSON.stringify({ ...facts, ...metadata }, null, 2));
}

async function rotateSecret({ administration, print }: Connected, clientId: string): Promise<void> {
  print(credentialsText(await rotateClientSecret(administration, clientId)));
}

async function disable({ administration, print }: Connected, clientId: string): Promise<void> {
  await disableClient(administration, clientId);
  print(`disabled ${clientId}; its authorization grants have ended`);
}

async function enable({ administration, print }: Connected, clientId: string): Promise<void> {
  await enableClient(administration, clientId);
  print(`enabled ${clientId}`);
}

async function remove({ administration, print }: Connected, clientId: string): Promise<void> {
  await deleteClient(administration, clientId);
  print(`deleted ${clientId}`);
}

const createCommand = (yargs: Argv, run: RunCommand): Argv =>
  yargs.command(
    'create [client-id]',
    'create a client from its metadata (RFC 7591 §2) and print its secret, once',
    (builder) =>
      builder
        .positional('client-id', { type: 'string', describe: 'made at random when it is left out' })
        .option('metadata-file', {
          type: 'string',
          demandOption: true,
          nargs: 1,
          describe: 'JSON file with the metadata, - for standard input',
        }),
    ({ clientId, metadataFile }) => run((connected) => create(connected, { clientId, metadataFile })),
  );

export function clientCommands(yargs: Argv, run: RunCommand): Argv {
  const on = (work: (connected: Connected, clientId: string) => Promise<void>) =>
    [
      (builder: Argv) => builder.positional('client-id', { type: 'string', demandOption: true }),
      ({ clientId }: { readonly clientId: string }) => run((connected) => work(connected, clientId)),
    ] as const;
  return registrationTokenCommands(createCommand(yargs, run), run)
    .command('list', 'list clients: id, name, authentication, origin, state', {}, () => run(printClients))
    .command('show <client-id>', 'show a client as JSON', ...on(show))
    .command('rotate-secret <client-id>', 'give a client another secret and print it, once', ...on(rotateSecret))
    .command('disable <client-id>', 'disable a client and end its tokens', ...on(disable))
    .command('enable <client-id>', 'enable a client again', ...on(enable))
    .command('delete <client-id>', 'delete a client and end its tokens', ...on(remove))
    .demandCommand(1, 'Say what to do with clients.');
}
