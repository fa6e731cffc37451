import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import { frontChannelLogoutUrl } from '../../protocol/client/logout-channels.js';
import { type EndedSession, endSession } from '../../storage/sessions/sessions.js';
import type { Idp } from '../deps.js';

/**
 * Ends a session that this browser brings, on the word of its person.
 * @param clientId of the client that asks for it; null where none does
 * @returns null when it had ended before
 */
export async function endSessionHere(
  idp: Idp,
  asked: Asked,
  secret: string,
  clientId: string | null,
): Promise<EndedSession | null> {
  const ended = await idp.events.recordWith(
    asked,
    { type: 'sign_out', clientId: clientId ?? undefined },
    (audit) => endSession(idp.sql, { secretHash: hashToken(secret), clientId, now: idp.clock.now(), audit }),
    ({ id }) => ({ sessionId: id }),
  );
  idp.logoutWake.wake();
  return ended;
}

/** Where the clients of the session are told through this browser, which alone has their cookies (OIDC Front-Channel Logout §2). */
export async function toldByBrowser({ config, subjects }: Idp, ended: EndedSession): Promise<readonly URL[]> {
  const { issuer } = config;
  const urls = ended.frontChannelClients.map(async (client) => {
    const { sidOf } = await subjects.seenBy(client.pairwiseClient);
    return frontChannelLogoutUrl(client, { issuer, sid: sidOf(ended.id) });
  });
  return (await Promise.all(urls)).filter((url) => url !== undefined);
}
