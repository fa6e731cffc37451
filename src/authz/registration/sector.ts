import { OutboundError } from '../../http/outbound/policy.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import { invalidMember } from '../../protocol/client/client-registration.js';
import { isListedInSector } from '../../protocol/client/subject-type.js';
import type { Authz } from '../deps.js';

const member = 'sector_identifier_uri';

/**
 * Asks a client's sector whether it knows its redirect URIs (OIDC Registration §5): otherwise anybody could learn under which `sub` a
 * sector knows somebody.
 * @throws OAuthError invalid_client_metadata
 */
export async function assertInSector({ outbound, log }: Authz, metadata: ClientMetadata): Promise<void> {
  const { sector_identifier_uri: uri } = metadata;
  if (uri === undefined) return;
  const document = await outbound.getJson(uri).catch((error: unknown) => {
    if (!(error instanceof OutboundError)) throw error;
    log.info('sector_identifier_uri not fetched', { reason: error.message });
    throw invalidMember(member, 'cannot be fetched as JSON');
  });
  if (!isListedInSector(document, metadata)) throw invalidMember(member, 'is not a list with each of redirect_uris');
}
