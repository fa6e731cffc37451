import type { Page } from '../../../http/browser/headers.js';
import { acceptedPasskeys, type PasskeyOwner } from '../../../protocol/sign-in/passkey.js';
import { findPasskeyOwner } from '../../../storage/factors/passkeys.js';
import type { SignInAccount } from '../../../storage/people/users.js';
import { passkeyOfferCookie } from '../../cookies/cookies.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { hubPath } from '../../interaction/paths.js';
import type { Visit } from '../../interaction/visit.js';
import { renderProvenPage } from './proven-page.js';
import { relyingPartyId } from './relying-party.js';
import type { PasskeyResult } from './sign-in.js';

/** A page that tells the password manager which passkeys are good, and goes on to the hub. */
export const acceptedPage = (
  idp: Idp,
  visit: Visit,
  title: string,
  owner: PasskeyOwner,
  ids: readonly string[],
): Page =>
  renderProvenPage(visit.view, {
    title,
    next: hubPath(idp, visit),
    accepted: acceptedPasskeys(relyingPartyId(idp), owner, ids),
    script: idp.script,
  });

/**
 * After a sign-in with a password, where the account has passkeys and the script is there to tell of them: what was removed or renamed
 * elsewhere is made true here. Undefined where there is nothing to tell.
 */
export async function toldAfterPassword(idp: Idp, visit: Visit, account: SignInAccount): Promise<Page | undefined> {
  if (!account.enrolled.some((method) => method === 'swk' || method === 'hwk')) return undefined;
  const owner = await findPasskeyOwner(idp.sql, account.id);
  return owner && acceptedPage(idp, visit, visit.view.texts.passkey.usedTitle, owner, owner.accepted);
}

/** After a sign-in with a passkey. One of another device is followed by the offer of one for this device. */
export function provenAnswer(
  idp: Idp,
  visit: Visit,
  { cookies, passkey, fromOtherDevice }: Extract<PasskeyResult, { kind: 'proven' }>,
): Answer {
  // A further proof is missing.
  if (cookies.length === 0) return { seeOther: hubPath(idp, visit) };
  const owner = { id: passkey.account.id, username: passkey.username, displayName: passkey.displayName };
  const page = acceptedPage(idp, visit, visit.view.texts.passkey.usedTitle, owner, passkey.accepted);
  const offer = fromOtherDevice && visit.cookies.passkeyOffer !== 'declined' ? [passkeyOfferCookie('wanted')] : [];
  return { page, cookies: [...cookies, ...offer] };
}
