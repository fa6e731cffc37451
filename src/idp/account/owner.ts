import type { Asked } from '../../http/request/asked.js';
import type { AuditDetail } from '../../storage/audit/audit-events.js';
import type { UnprovenFactor } from '../../storage/people/account.js';
import type { AccountVisit } from './section.js';

/** Somebody who sees to their own account, on its pages or by an application that they let. */
export interface Owner {
  readonly asked: Asked;
  readonly userId: string;
  /** The sign-in by which they do so. */
  readonly sessionId: string;
  /** The application, where it is one that acts for them. */
  readonly clientId?: string;
}

/**
 * Whether somebody has proven too little of what they have for something sensitive (NIST SP 800-63B-4 §4.1.2.1). An app is always asked for;
 * a passkey, which may be on another device or lost, only before factors are added or removed.
 */
export const isTooWeak = (unproven: readonly UnprovenFactor[], changesFactors = false): boolean =>
  unproven.includes('app') || (changesFactors && unproven.includes('passkey'));

/** What explains a change in the audit trail, with the application by which it was made. */
export const detailBy = <Detail extends AuditDetail>({ clientId }: Owner, detail: Detail): Detail & AuditDetail =>
  clientId === undefined ? detail : { ...detail, client_id: clientId };

export const ownerOf = ({ asked, session }: AccountVisit): Owner => ({
  asked,
  userId: session.userId,
  sessionId: session.id,
});
