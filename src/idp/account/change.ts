import type { AuditDetail } from '../../storage/audit/audit-events.js';
import type { OwnChange, ToldChange } from '../../storage/people/own-change.js';
import type { Idp } from '../deps.js';
import { detailBy, type Owner } from './owner.js';

/** A change of which the audit trail and the person are told by the same name. */
interface ToldEvent {
  readonly type:
    | 'passkey_added'
    | 'passkey_removed'
    | 'authenticator_added'
    | 'authenticator_removed'
    | 'recovery_codes_replaced'
    | 'identity_unlinked';
  readonly detail?: AuditDetail;
}

/**
 * Changes something by which somebody signs in. The audit row and the mail to them ride in the statement.
 * @param write resolves to null where nothing came of it: then nobody is told
 * @returns whether something was changed
 */
export async function changeOwn(
  idp: Idp,
  owner: Owner,
  { type, detail = {} }: ToldEvent,
  write: (change: OwnChange) => Promise<ToldChange | null>,
): Promise<boolean> {
  const now = idp.clock.now();
  const notice = idp.mailing.notice(type, { at: now.toISOString() });
  const { userId, sessionId } = owner;
  const event = { type, userId, sessionId, detail: detailBy(owner, detail) };
  const changed = await idp.events.recordWith(owner.asked, event, (audit) => write({ userId, now, audit, notice }));
  if (changed) idp.mailing.tell(notice, changed.notice);
  return changed !== null;
}
