import type { RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readJson } from '../../http/request/json.js';
import { sendPrivateJson } from '../../http/request/send-text.js';
import { type ClientMetadata, usesSecret } from '../../protocol/client/client-metadata.js';
import { type ClientInformation, clientInformation } from '../../protocol/client/client-registration.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import { faults } from '../../protocol/fault-sentences.js';
import { keptSecret } from '../../storage/clients/client-secrets.js';
import { registerClient } from '../../storage/clients/registered-clients.js';
import { findRegistrationToken } from '../../storage/clients/registration-tokens.js';
import type { Authz } from '../deps.js';
import { presentedToken, sendChallenge, unauthorized } from './bearer.js';
import { createMetadataReader } from './read-metadata.js';
import { tooManyRegistrations } from './registration-limit.js';

/** Seconds; room comes when others are used or swept. */
const untilThereIsRoom = 3600;

/** An initial access token that was good when it was looked at (RFC 7591 §3). */
interface InitialAccess {
  readonly id: string;
  readonly tokenHash: Buffer;
}

/** @throws OAuthError invalid_token */
async function requireInitialAccess({ sql, clock }: Authz, tokenHash: Buffer): Promise<InitialAccess> {
  const id = await findRegistrationToken(sql, { tokenHash, now: clock.now() });
  if (id === null) throw unauthorized(faults.initialAccessTokenUnknown);
  return { id, tokenHash };
}

/** A client under a random id, with the secrets that it is told once. */
function newClient({ config, random, clock }: Authz, metadata: ClientMetadata): ClientInformation {
  const clientId = random.uuid();
  return {
    clientId,
    metadata,
    createdAt: clock.now(),
    secret: usesSecret(metadata) ? random.token() : undefined,
    registrationAccessToken: random.token(),
    registrationClientUri: endpointUrl(config.issuer, 'registeredClient', { client: clientId }),
  };
}

/** @throws OAuthError temporarily_unavailable, with 429, when too many are unused, or invalid_token */
async function store(authz: Authz, asked: Asked, client: ClientInformation, access: InitialAccess | null) {
  const { config, events, sql } = authz;
  const { mostUnused, unusedFor } = config.clientRegistration;
  const { clientId, metadata, secret, createdAt: now } = client;
  const registration = {
    clientId,
    metadata,
    ...keptSecret(config.keyEncryptionKeys, clientId, metadata.token_endpoint_auth_method, secret),
    registrationTokenHash: hashToken(client.registrationAccessToken),
    expiresAt: after(now, unusedFor),
    tokenHash: access?.tokenHash ?? null,
    mostUnused,
    now,
  };
  const detail = { change: 'registered', registration_token: access?.id };
  const stored = await events.recordWith(asked, { type: 'client_changed', clientId, detail }, (audit) =>
    registerClient(sql, { ...registration, audit }),
  );
  if (stored) return;
  if (access) await requireInitialAccess(authz, access.tokenHash); // unless others have used it up
  const reason = 'too many clients wait for their first sign-in: see client_registration.most_unused';
  throw tooManyRegistrations('total', untilThereIsRoom, reason);
}

/**
 * POST /register (RFC 7591 §3, OIDC Registration §3): whoever asks, or brings an initial access token where that is wanted, becomes a
 * client that people are asked about.
 */
export function register(authz: Authz): RequestHandler {
  const readMetadata = createMetadataReader(authz);
  const wantsToken = authz.config.clientRegistration.mode === 'token';
  return async (req, res) => {
    const asked = askedOf(req);
    authz.registrationLimit.count(asked);
    const token = presentedToken(req);
    if (token === undefined && wantsToken) return sendChallenge(res);
    const access = token === undefined ? null : await requireInitialAccess(authz, hashToken(token));
    const client = newClient(authz, await readMetadata(await readJson(req)));
    await store(authz, asked, client, access);
    res.status(201);
    sendPrivateJson(res, clientInformation(client));
  };
}
