import { addressBlock } from '../../../protocol/address-block.js';
import { removeOwnTotp } from '../../../storage/factors/own-second-factor.js';
import { removePasskey, renamePasskey } from '../../../storage/factors/passkeys.js';
import { unlinkIdentity } from '../../../storage/federation/linked-identities.js';
import { changeOwnPassword } from '../../../storage/people/own-password.js';
import type { Idp } from '../../deps.js';
import { changeOwn } from '../change.js';
import { detailBy, type Owner } from '../owner.js';

const longestName = 64;

/** What a passkey may be called of what was entered; undefined where nothing is left. */
export const passkeyName = (entered: string): string | undefined =>
  [...entered.replace(/\p{C}/gu, '').trim()].slice(0, longestName).join('') || undefined;

/** By its credential's id in base64url. */
const credentialIdOf = (passkey: string): Buffer => Buffer.from(passkey, 'base64url');

/** @returns false where they have no such passkey */
export function renameOwnPasskey(idp: Idp, owner: Owner, passkey: string, name: string): Promise<boolean> {
  const { asked, userId, sessionId } = owner;
  const event = { type: 'passkey_renamed', userId, sessionId, detail: detailBy(owner, {}) } as const;
  const renamed = { userId, credentialId: credentialIdOf(passkey), name, now: idp.clock.now() };
  return idp.events.recordWith(asked, event, (audit) => renamePasskey(idp.sql, { ...renamed, audit }));
}

/** Other providers by which people sign in here: an identity at any other is no way in. */
export const providersOf = ({ config }: Idp): readonly string[] => config.identityProviders.map(({ id }) => id);

/** @returns false where they have no such passkey, or nothing else to sign in by */
export const removeOwnPasskey = (idp: Idp, owner: Owner, passkey: string): Promise<boolean> =>
  changeOwn(idp, owner, { type: 'passkey_removed' }, (change) =>
    removePasskey(idp.sql, { ...change, credentialId: credentialIdOf(passkey), providers: providersOf(idp) }),
  );

/** The recovery codes go with it. @returns false where there is none */
export const removeOwnAuthenticator = (idp: Idp, owner: Owner): Promise<boolean> =>
  changeOwn(idp, owner, { type: 'authenticator_removed' }, (change) => removeOwnTotp(idp.sql, change));

/** @returns false where it is not linked with theirs, or is the only way in */
export const unlinkOwnIdentity = (idp: Idp, owner: Owner, provider: string, subject: string): Promise<boolean> =>
  changeOwn(idp, owner, { type: 'identity_unlinked', detail: { provider } }, (change) =>
    unlinkIdentity(idp.sql, { ...change, providers: providersOf(idp), provider, subject }),
  );

/**
 * Sets a password that was checked, and ends every other session.
 * @param secretHash of the secret that their own session has from now on; null where it keeps the one it has
 * @returns when; null where their session has ended
 */
export async function setOwnPassword(
  idp: Idp,
  owner: Owner,
  password: string,
  secretHash: Buffer | null,
): Promise<Date | null> {
  const { asked, userId, sessionId: currentId } = owner;
  const passwordHash = await idp.passwords.hash(password, { block: addressBlock(asked.address ?? ''), known: true });
  const now = idp.clock.now();
  const notice = idp.mailing.notice('password_changed', { at: now.toISOString() });
  const detail = detailBy(owner, { change: 'password set' });
  const event = { type: 'user_changed', userId, sessionId: currentId, detail } as const;
  const changed = await idp.events.recordWith(asked, event, (audit) =>
    changeOwnPassword(idp.sql, { userId, currentId, secretHash, passwordHash, now, audit, notice }),
  );
  if (!changed) return null;
  idp.mailing.tell(notice, changed.notice);
  idp.logoutWake.wake();
  return now;
}
