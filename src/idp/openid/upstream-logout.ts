import type { RequestHandler } from 'express';
import { decrypt, encrypt } from '../../crypto/encryption.js';
import { readQuery } from '../../http/request/form.js';
import { viewFor } from '../../pages/view.js';
import { openUpstreamSession, type UpstreamSession } from '../../storage/federation/upstream-sessions.js';
import type { EndedSession } from '../../storage/sessions/sessions.js';
import { presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from '../interaction/answer.js';
import { federationLoggedOutUrl, logoutPath } from '../interaction/paths.js';
import { renderLoggedOutPage } from './logout-page.js';

/** What a `state` of ours is for: where the browser goes on to once the provider has ended its session. */
const purpose = 'way on after an upstream logout';

function opened(idp: Idp, { userId, upstreamSession: sealed }: EndedSession): UpstreamSession | undefined {
  try {
    return sealed ? openUpstreamSession(idp.config.keyEncryptionKeys, userId, sealed) : undefined;
  } catch (error) {
    idp.log.warn('a session at another provider is not ended', { user_id: userId, reason: (error as Error).message });
    return undefined;
  }
}

/**
 * The way to the end of the session at the provider that began ours (OIDC RP-Initiated Logout §2), if that is configured.
 * @param returnTo where the browser goes on to from there; a page of ours without it
 */
export function upstreamLogoutUrl(idp: Idp, ended: EndedSession, returnTo: string | undefined): string | undefined {
  const session = opened(idp, ended);
  const provider = idp.config.identityProviders.find(({ id, logout }) => logout && id === session?.provider);
  if (!session || !provider) return undefined;
  const url = new URL(session.endSessionUrl);
  url.searchParams.set('id_token_hint', session.idToken);
  url.searchParams.set('client_id', provider.clientId);
  url.searchParams.set('post_logout_redirect_uri', federationLoggedOutUrl(idp, provider.id));
  if (returnTo === undefined) return url.href;
  const state = encrypt(idp.config.keyEncryptionKeys, Buffer.from(returnTo), purpose).toString('base64url');
  url.searchParams.set('state', state);
  return url.href;
}

/** Undefined where the state is none of ours. */
function wayOn({ config, log }: Idp, state: string | undefined): string | undefined {
  if (state === undefined) return undefined;
  try {
    return decrypt(config.keyEncryptionKeys, Buffer.from(state, 'base64url'), purpose).toString('utf8');
  } catch {
    log.info('a provider came back from a logout with a state that is none of ours', {});
    return undefined;
  }
}

/** GET: the provider has ended its session (OIDC RP-Initiated Logout §3); nobody is signed in here any more. */
export const upstreamLoggedOut =
  (idp: Idp): RequestHandler =>
  (req, res) => {
    const seeOther = wayOn(idp, readQuery(req).get('state'));
    const view = viewFor(idp.brand, presentedCookies(idp, req).reader, { here: logoutPath(idp) });
    sendAnswer(
      idp,
      res,
      seeOther === undefined ? { page: renderLoggedOutPage(view, { told: [], script: idp.script }) } : { seeOther },
    );
  };
