import { errors } from 'jose';
import { type FindJwsKey, type VerifiedJws, verifyJws } from '../../crypto/jws.js';
import {
  assertionAlgorithms,
  assertionTypes,
  validateAssertionClaims,
} from '../../protocol/client/client-assertion.js';
import {
  type AuthenticatedEndpoint,
  faultyClient,
  invalidClient,
} from '../../protocol/client/client-authentication.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import { faults } from '../../protocol/fault-sentences.js';
import type { OAuthError } from '../../protocol/oauth-error.js';
import type { Client } from '../../storage/clients/clients.js';
import { useAssertion } from '../../storage/clients/used-assertions.js';
import type { Authz } from '../deps.js';

/** Finds the key that an assertion names, in a newer set where the one at hand lacks it (OIDC Core §10.1.1). */
const keyOf =
  ({ clientKeys }: Authz, metadata: ClientMetadata): FindJwsKey =>
  async (header, token) => {
    const keys = await clientKeys.find(metadata);
    if (!keys) throw invalidClient('the client has no keys');
    try {
      return await keys(header, token);
    } catch (error) {
      const isUnknown = (error as { code?: string }).code === errors.JWKSNoMatchingKey.code;
      const newer = isUnknown ? await clientKeys.find(metadata, { unknownKey: true }) : undefined;
      if (!newer) throw error;
      return newer(header, token);
    }
  };

/** What of a failed verification may be told: what is registered is no secret, and a foreign signature gets the answer of an unknown client. */
function faultOf(error: unknown, metadata: ClientMetadata): OAuthError {
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return faultyClient(faults.assertionAlgorithm(assertionAlgorithms(metadata).join(', ')), error);
  }
  if (error instanceof errors.JWKSNoMatchingKey) return faultyClient(faults.assertionKeyUnknown, error);
  if (error instanceof errors.JWKSMultipleMatchingKeys) return faultyClient(faults.assertionKeyAmbiguous, error);
  return invalidClient('the client assertion cannot be verified', error);
}

async function verifySignature(authz: Authz, metadata: ClientMetadata, assertion: string): Promise<VerifiedJws> {
  try {
    return await verifyJws(assertion, keyOf(authz, metadata), assertionAlgorithms(metadata));
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
 * private_key_jwt (RFC 7523 §2.2, §3; OIDC Core §9): signature, purpose, claims, and that it is the first time.
 * @throws OAuthError invalid_client
 */
export async function checkClientAssertion(
  authz: Authz,
  client: Client,
  assertion: string,
  endpoint: AuthenticatedEndpoint,
): Promise<void> {
  const { issuer, clientAssertions } = authz.config;
  const { payload, header } = await verifySignature(authz, client.metadata, assertion);
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
