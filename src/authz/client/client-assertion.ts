import { errors } from 'jose';
import { type VerifiedJws, verifyJws, verifyJwsBySecret } from '../../crypto/jws.js';
import {
  assertionAlgorithms,
  assertionTypes,
  validateAssertionClaims,
} from '../../protocol/client/client-assertion.js';
import {
  type AuthenticatedEndpoint,
  faultyClient,
  invalidClient,
  type PresentedAssertion,
} from '../../protocol/client/client-authentication.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import { faults } from '../../protocol/fault-sentences.js';
import type { OAuthError } from '../../protocol/oauth-error.js';
import { openClientSecret } from '../../storage/clients/client-secrets.js';
import { useAssertion } from '../../storage/clients/used-assertions.js';
import type { Client } from '../../storage/schema/clients.js';
import type { Authz } from '../deps.js';
import { clientKeyOf } from './client-key.js';

/** Those that belong to the client's method. */
const allowedAlgorithms = (metadata: ClientMetadata): readonly string[] =>
  metadata.token_endpoint_auth_method === 'client_secret_jwt' ? ['HS256'] : assertionAlgorithms(metadata);

/** What of a failed verification may be told: what is registered is no secret, and a foreign signature gets the answer of an unknown client. */
function faultOf(error: unknown, metadata: ClientMetadata): OAuthError {
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return faultyClient(faults.assertionAlgorithm(allowedAlgorithms(metadata).join(', ')), error);
  }
  if (error instanceof errors.JWKSNoMatchingKey) return faultyClient(faults.assertionKeyUnknown, error);
  if (error instanceof errors.JWKSMultipleMatchingKeys) return faultyClient(faults.assertionKeyAmbiguous, error);
  return invalidClient('the client assertion cannot be verified', error);
}

/** By the client's secret, which is kept encrypted for this alone. @throws OAuthError invalid_client, Error */
function verifyBySecret({ config }: Authz, { clientId, sealedSecret }: Client, assertion: string): VerifiedJws {
  if (sealedSecret === null) throw invalidClient('the client has no secret to verify with: give it another');
  return verifyJwsBySecret(assertion, openClientSecret(config.keyEncryptionKeys, clientId, sealedSecret));
}

async function verifySignature(
  authz: Authz,
  client: Client,
  { method, assertion }: PresentedAssertion,
): Promise<VerifiedJws> {
  const { metadata } = client;
  try {
    if (method === 'client_secret_jwt') return verifyBySecret(authz, client, assertion);
    return await verifyJws(assertion, clientKeyOf(authz, metadata), assertionAlgorithms(metadata));
  } catch (error) {
    throw faultOf(error, metadata);
  }
}

function parseClaims(payload: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(payload.toString()) as Record<string, unknown>;
  } catch (cause) {
    throw invalidClient('the client assertion holds no claims', cause);
  }
}

/**
 * private_key_jwt and client_secret_jwt (RFC 7523 §2.2, §3; OIDC Core §9): signature, purpose, claims, and that it is the first time.
 * @throws OAuthError invalid_client
 */
export async function checkClientAssertion(
  authz: Authz,
  client: Client,
  presented: PresentedAssertion,
  endpoint: AuthenticatedEndpoint,
): Promise<void> {
  const { issuer, clientAssertions } = authz.config;
  const { payload, header } = await verifySignature(authz, client, presented);
  const typ = header.typ?.toLowerCase().replace(/^application\//, '');
  if (!assertionTypes.includes(typ)) throw faultyClient(faults.assertionPurpose);
  const use = validateAssertionClaims(parseClaims(payload), {
    clientId: client.clientId,
    issuer,
    endpoints: [endpointUrl(issuer, 'token'), endpointUrl(issuer, endpoint)],
    now: authz.clock.now(),
    clockSkew: clientAssertions.clockSkew,
  });
  if (!(await useAssertion(authz.sql, { clientId: client.clientId, ...use }))) {
    throw faultyClient(faults.assertionUsed);
  }
}
