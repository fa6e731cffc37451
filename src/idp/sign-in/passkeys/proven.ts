import { acceptedPasskeys } from '../../../protocol/sign-in/passkey.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { hubPath } from '../../interaction/paths.js';
import type { Visit } from '../../interaction/visit.js';
import { renderProvenPage } from './proven-page.js';
import { relyingPartyId } from './relying-party.js';
import type { PasskeyResult } from './sign-in.js';

/** After a sign-in with a passkey: the password manager learns which ones are good, and the browser goes on to the hub. */
export function provenAnswer(
  idp: Idp,
  visit: Visit,
  { cookies, passkey }: Extract<PasskeyResult, { kind: 'proven' }>,
): Answer {
  // A further proof is missing.
  if (cookies.length === 0) return { seeOther: hubPath(idp, visit) };
  const user = { id: passkey.account.id, username: passkey.username, displayName: passkey.displayName };
  const page = renderProvenPage(visit.view, {
    title: visit.view.texts.passkey.usedTitle,
    next: hubPath(idp, visit),
    accepted: acceptedPasskeys(relyingPartyId(idp), user, passkey.accepted),
    script: idp.script,
  });
  return { page, cookies };
}
