import { verifyJws } from '../../crypto/jws.js';
import type { KeySource } from '../../http/outbound/client-keys.js';
import { OutboundError } from '../../http/outbound/policy.js';
import type { Document, JsonWebKeySet } from '../../protocol/client/member-reader.js';
import { invalidStatement, statedIssuer, statedMetadata } from '../../protocol/client/software-statement.js';
import { faults } from '../../protocol/fault-sentences.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { signingAlgorithms } from '../../protocol/signing-algorithm.js';
import { clientKeyOf } from '../client/client-key.js';
import type { Authz } from '../deps.js';

/** Seconds until the keys of an issuer are asked for again. */
const untilKeysAreThere = 10;

/** The keys of each issuer of software statements that the operator trusts. */
function trustedIssuers({ config }: Authz): ReadonlyMap<string, KeySource> {
  const { softwareStatements } = config.clientRegistration;
  return new Map(
    softwareStatements.map(({ issuer, jwks, jwksUri }) => [
      issuer,
      { ...(jwks !== undefined && { jwks: JSON.parse(jwks) as JsonWebKeySet }), ...(jwksUri && { jwks_uri: jwksUri }) },
    ]),
  );
}

function faultOf(cause: unknown): OAuthError {
  if (!(cause instanceof OutboundError)) return invalidStatement(faults.softwareStatementSignature, cause);
  return new OAuthError('temporarily_unavailable', { retryAfter: untilKeysAreThere, detail: cause.message, cause });
}

/** Verifies software statements (RFC 7591 §2.3): what they say of a client counts for more than its own word. */
export function createStatementVerifier(authz: Authz): (statement: string) => Promise<Document> {
  const trusted = trustedIssuers(authz);
  const { issuer, clientAssertions } = authz.config;
  return async (statement) => {
    const keys = trusted.get(statedIssuer(statement));
    if (!keys) throw new OAuthError('unapproved_software_statement', { fault: faults.softwareStatementIssuer });
    const { payload } = await verifyJws(statement, clientKeyOf(authz, keys), signingAlgorithms).catch(
      (cause: unknown) => {
        throw faultOf(cause);
      },
    );
    return statedMetadata(payload, { issuer, now: authz.clock.now(), clockSkew: clientAssertions.clockSkew });
  };
}
