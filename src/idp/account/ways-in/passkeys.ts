import { hashToken, hmacSha256 } from '../../../crypto/digest.js';
import { momentIn } from '../../../mail/templates/letter.js';
import { type Html, html } from '../../../pages/html.js';
import {
  acceptedPasskeys,
  answeredChallenge,
  type PasskeyOwner,
  parsePasskeyAnswer,
  passkeyCreationOptions,
} from '../../../protocol/sign-in/passkey.js';
import { addPasskey, type ListedPasskey, listPasskeys } from '../../../storage/factors/passkeys.js';
import type { AccountSession } from '../../../storage/people/account.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { csrfField } from '../../interaction/parts.js';
import { relyingPartyId } from '../../sign-in/passkeys/relying-party.js';
import { verifyCreation } from '../../sign-in/passkeys/verify.js';
import { changeOwn } from '../change.js';
import { field } from '../field.js';
import { accountPage } from '../frame.js';
import { ownerOf } from '../owner.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { passkeyName, removeOwnPasskey, renameOwnPasskey } from './changes.js';

const moment = ({ view }: AccountVisit, at: Date): string => momentIn(view.texts.language, at.toISOString());

function forms({ action, csrf, view }: AccountVisit, { id, name }: ListedPasskey, isRemovable: boolean): Html {
  const { account: text } = view.texts;
  const shared = html`${csrfField(csrf)}<input type="hidden" name="passkey" value="${id}">`;
  const label = text.passkeyName(name);
  return html`
    <form method="post" action="${action}">
      ${shared}
      ${field({ id: `name-${id}`, name: 'name', label, value: name, autocomplete: 'off', required: true })}
      <button class="plain" type="submit" name="decision" value="rename">${text.rename}<span class="visually-hidden"> ${name}</span></button>
    </form>
    ${
      isRemovable &&
      html`<form method="post" action="${action}">
      ${shared}
      <button class="plain" type="submit" name="decision" value="remove">${text.remove}<span class="visually-hidden"> ${name}</span></button>
    </form>`
    }`;
}

/** Nobody takes away the last by which they can sign in. */
const mayRemove = ({ session }: AccountVisit, passkeys: readonly ListedPasskey[], id: string): boolean =>
  session.hasPassword || passkeys.some((other) => other.id !== id && other.flaggedAt === null);

function line(visit: AccountVisit, passkeys: readonly ListedPasskey[], passkey: ListedPasskey): Html {
  const { account: text } = visit.view.texts;
  return html`<section class="group">
      <h2>${passkey.name}</h2>
      <p class="fine">${text.added}: ${moment(visit, passkey.createdAt)}${
        passkey.lastUsedAt && html`<br>${text.lastSeen}: ${moment(visit, passkey.lastUsedAt)}`
      }</p>
      ${passkey.flaggedAt && html`<p class="fault">${text.passkeyFlagged}</p>`}
      ${forms(visit, passkey, mayRemove(visit, passkeys, passkey.id))}
    </section>`;
}

const passkeyOwner = ({ userId, username, claims }: AccountSession): PasskeyOwner => ({
  id: userId,
  username,
  displayName: typeof claims.name === 'string' ? claims.name : null,
});

/** Only a script can ask a browser for one: without it the form stays hidden, and a sentence says so. */
function addForm(idp: Idp, visit: AccountVisit, existing: readonly ListedPasskey[], failed: boolean): Html {
  const { view, action, csrf, session } = visit;
  const { passkey: text } = view.texts;
  const rp = { id: relyingPartyId(idp), name: view.brand.productName };
  const options = passkeyCreationOptions(rp, passkeyOwner(session), challengeOf(idp, visit), existing);
  return html`
    <p class="alert" role="alert" data-passkey="failed"${!failed && html` hidden`}>${view.texts.account.passkeyFailed}</p>
    <p class="fine" data-passkey="unable">${view.texts.account.passkeyUnable}</p>
    <form method="post" action="${action}" data-passkey="add" data-options="${JSON.stringify(options)}" hidden>
      ${csrfField(csrf)}<input type="hidden" name="decision" value="add"><input type="hidden" name="passkey">
      <button class="button" type="submit">${text.create}</button>
    </form>`;
}

/** The pages tell the password manager which ones are good, as they are true after each change. */
async function passkeysPage(idp: Idp, visit: AccountVisit, failed = false): Promise<Answer> {
  const { account: text } = visit.view.texts;
  const passkeys = await listPasskeys(idp.sql, visit.session.userId);
  const good = passkeys.filter(({ flaggedAt }) => flaggedAt === null).map(({ id }) => id);
  const accepted = acceptedPasskeys(relyingPartyId(idp), passkeyOwner(visit.session), good);
  const content = html`
    <p class="lead" data-passkey="accepted-here" data-accepted="${JSON.stringify(accepted)}">${
      passkeys.length > 0 ? text.passkeysLead : text.noPasskeys
    }</p>
    ${passkeys.map((passkey) => line(visit, passkeys, passkey))}
    ${addForm(idp, visit, passkeys, failed)}`;
  return { page: accountPage(idp, visit, content, idp.script), ...(failed ? { status: 422 } : {}) };
}

/** Of one session, for the next passkey that is made there (WebAuthn Level 3 §13.4.3). */
const challengeOf = (idp: Idp, { secret, session }: AccountVisit): string =>
  hmacSha256(idp.challengeKey, 'session', secret, String(session.challengesAnswered)).toString('base64url');

async function add(idp: Idp, visit: AccountVisit, answered: string): Promise<Answer> {
  const again = { seeOther: visit.action };
  const challenge = challengeOf(idp, visit);
  const answer = parsePasskeyAnswer(answered);
  // Of a page that was left open while another was made.
  if (answer && answeredChallenge(answer) !== challenge) return again;
  const made = answer && (await verifyCreation(idp, answer, challenge, false));
  if (!made) return passkeysPage(idp, visit, true);
  const { passkey: text } = visit.view.texts;
  const place = { placeHash: hashToken(visit.secret), challenge: visit.session.challengesAnswered };
  const detail = { device_type: made.deviceType, backed_up: made.backedUp };
  await changeOwn(idp, ownerOf(visit), { type: 'passkey_added', detail }, (change) =>
    addPasskey(idp.sql, 'session', { ...made, ...place, ...change, name: text.name }),
  );
  return again;
}

/** The passkeys of somebody who has just proven who they are: what they are called, which of them go, and another one. */
export const passkeysSection = (idp: Idp): AccountSection => ({
  sensitive: true,
  changesFactors: true,
  page: (visit) => passkeysPage(idp, visit),
  async submit(visit, form) {
    const passkey = form.get('passkey') ?? '';
    switch (form.get('decision')) {
      case 'add':
        return add(idp, visit, passkey);
      case 'remove':
        await removeOwnPasskey(idp, ownerOf(visit), passkey);
        break;
      case 'rename': {
        const name = passkeyName(form.get('name') ?? '');
        if (name !== undefined) await renameOwnPasskey(idp, ownerOf(visit), passkey, name);
      }
    }
    return { seeOther: visit.action };
  },
});
