import type { Request, RequestHandler } from 'express';
import { equalInConstantTime, hashToken } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readJson } from '../../http/request/json.js';
import { sendPrivateJson } from '../../http/request/send-text.js';
import { isClientIdentifier, usesSecret } from '../../protocol/client/client-metadata.js';
import { assertSameSector, clientInformation, readReplacement } from '../../protocol/client/client-registration.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import { faults } from '../../protocol/fault-sentences.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { keptSecret } from '../../storage/clients/client-secrets.js';
import { findClient } from '../../storage/clients/clients.js';
import { deleteRegistration, replaceRegistration } from '../../storage/clients/registered-clients.js';
import type { Client } from '../../storage/schema/clients.js';
import type { Authz } from '../deps.js';
import { presentedToken, sendChallenge, unauthorized } from './bearer.js';
import { createMetadataReader, type ReadMetadata } from './read-metadata.js';

/** A client that has shown its registration access token. */
interface OwnClient {
  readonly client: Client;
  readonly token: string;
}

/** Stands in where there is no such client, so that the comparison takes the same time. */
const nobodysHash = hashToken('');

/**
 * The client that the path names, if this is its registration access token (RFC 7592 §2). It is read afresh: a client must see
 * what it has just changed. An unknown client, a disabled one and a wrong token get the same answer.
 * @throws OAuthError invalid_token
 */
async function requireOwnClient({ sql }: Authz, clientId: string, token: string): Promise<OwnClient> {
  const client = isClientIdentifier(clientId) ? await findClient(sql, clientId) : null;
  const matches = equalInConstantTime(hashToken(token), client?.registrationTokenHash ?? nobodysHash);
  if (!matches || !client?.registrationTokenHash || client.disabledAt)
    throw unauthorized(faults.registrationTokenUnknown);
  return { client, token };
}

/** What is told of a client to itself. */
const informationOf = ({ config }: Authz, { client, token }: OwnClient, secret?: string) =>
  clientInformation({
    ...client,
    secret,
    registrationAccessToken: token,
    registrationClientUri: endpointUrl(config.issuer, 'registeredClient', { client: client.clientId }),
  });

/** A secret goes on as long as the client needs one of its kind; another is made where what is kept of it would not do. */
function nextSecret({ config, random }: Authz, client: Client, metadata: Client['metadata']) {
  const { clientId, secretHash, sealedSecret } = client;
  const { token_endpoint_auth_method: method } = metadata;
  if (!usesSecret(metadata)) return { kept: { secretHash: null, sealedSecret: null }, secret: undefined };
  const signs = method === 'client_secret_jwt';
  if (secretHash && (!signs || sealedSecret)) {
    return { kept: { secretHash, sealedSecret: signs ? sealedSecret : null }, secret: undefined };
  }
  const secret = random.token();
  return { kept: keptSecret(config.keyEncryptionKeys, clientId, method, secret), secret };
}

const assertOwnSecret = ({ secretHash }: Client, secret: string | undefined): void => {
  if (secret === undefined) return;
  if (secretHash && equalInConstantTime(hashToken(secret), secretHash)) return;
  throw new OAuthError('invalid_client_metadata', { fault: faults.clientSecretNotIssued });
};

/** Replaces the whole registration (RFC 7592 §2.2). @returns what it is now */
async function replace(authz: Authz, asked: Asked, own: OwnClient, readMetadata: ReadMetadata, req: Request) {
  const { client } = own;
  const { clientId } = client;
  const { secret: named, document } = readReplacement(await readJson(req), clientId);
  assertOwnSecret(client, named);
  const metadata = await readMetadata(document);
  assertSameSector(client.metadata, metadata);
  const { kept, secret } = nextSecret(authz, client, metadata);
  const event = { type: 'client_changed', clientId, detail: { change: 'updated' } } as const;
  const state = { clientId, metadata, ...kept, previousSecretHash: client.secretHash, now: authz.clock.now() };
  const replaced = await authz.events.recordWith(asked, event, (audit) =>
    replaceRegistration(authz.sql, { ...state, audit }),
  );
  if (!replaced) throw new OAuthError('temporarily_unavailable', { fault: faults.registrationChanged, retryAfter: 1 });
  return informationOf(authz, { ...own, client: { ...client, metadata } }, secret);
}

/** Deletes the client and all that it was granted (RFC 7592 §2.3). */
async function remove({ events, sql, clock }: Authz, asked: Asked, { client: { clientId } }: OwnClient): Promise<void> {
  const event = { type: 'client_changed', clientId, detail: { change: 'deleted' } } as const;
  await events.recordWith(asked, event, (audit) => deleteRegistration(sql, { clientId, now: clock.now(), audit }));
}

/** GET, PUT and DELETE /register/{client_id} (RFC 7592 §2): a client that registered itself sees to its own registration. */
export function registeredClient(authz: Authz): RequestHandler {
  const readMetadata = createMetadataReader(authz);
  return async (req, res) => {
    const asked = askedOf(req);
    authz.registrationLimit.countVisit(asked);
    const token = presentedToken(req);
    if (token === undefined) return sendChallenge(res);
    const own = await requireOwnClient(authz, String(req.params.client), token);
    if (req.method === 'DELETE') {
      await remove(authz, asked, own);
      res.status(204).set('Cache-Control', 'no-store').end();
      return;
    }
    if (req.method !== 'PUT') return sendPrivateJson(res, informationOf(authz, own));
    authz.registrationLimit.count(asked);
    sendPrivateJson(res, await replace(authz, asked, own, readMetadata, req));
  };
}
