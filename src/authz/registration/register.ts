import type { RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readJson } from '../../http/request/json.js';
import { sendPrivateJson } from '../../http/request/send-text.js';
import { type ClientMetadata, usesSecret } from '../../protocol/client/client-metadata.js';
import {
  type ClientInformation,
  clientInformation,
  readRegistration,
} from '../../protocol/client/client-registration.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import { keptSecret } from '../../storage/clients/client-secrets.js';
import { registerClient } from '../../storage/clients/registered-clients.js';
import type { Authz } from '../deps.js';
import { tooManyRegistrations } from './registration-limit.js';
import { registrationRules } from './registration-rules.js';
import { assertInSector } from './sector.js';

/** Seconds; room comes when others are used or swept. */
const untilThereIsRoom = 3600;

/** Stores a client under a random id. @throws OAuthError temporarily_unavailable, with 429, when too many are unused */
async function store(authz: Authz, asked: Asked, metadata: ClientMetadata): Promise<ClientInformation> {
  const { config, random, events, sql } = authz;
  const { mostUnused, unusedFor } = config.clientRegistration;
  const clientId = random.uuid();
  const secret = usesSecret(metadata) ? random.token() : undefined;
  const registrationAccessToken = random.token();
  const now = authz.clock.now();
  const registration = {
    clientId,
    metadata,
    ...keptSecret(config.keyEncryptionKeys, clientId, metadata.token_endpoint_auth_method, secret),
    registrationTokenHash: hashToken(registrationAccessToken),
    expiresAt: after(now, unusedFor),
    mostUnused,
    now,
  };
  const event = { type: 'client_changed', clientId, detail: { change: 'registered' } } as const;
  const stored = await events.recordWith(asked, event, (audit) => registerClient(sql, { ...registration, audit }));
  if (!stored) {
    const detail = 'too many clients wait for their first sign-in: see client_registration.most_unused';
    throw tooManyRegistrations('total', untilThereIsRoom, detail);
  }
  const registrationClientUri = endpointUrl(config.issuer, 'registeredClient', { client: clientId });
  return { clientId, metadata, createdAt: now, secret, registrationAccessToken, registrationClientUri };
}

/** POST /register (RFC 7591 §3, OIDC Registration §3): whoever asks becomes a client that people are asked about. */
export function register(authz: Authz): RequestHandler {
  const rules = registrationRules(authz.config);
  return async (req, res) => {
    const asked = askedOf(req);
    authz.registrationLimit.count(asked);
    const metadata = readRegistration(await readJson(req), rules);
    await assertInSector(authz, metadata);
    const information = clientInformation(await store(authz, asked, metadata));
    res.status(201);
    sendPrivateJson(res, information);
  };
}
