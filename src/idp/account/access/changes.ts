import { type Activity, listActivity } from '../../../storage/audit/activity.js';
import { removeTrustedBrowsers } from '../../../storage/factors/trusted-browsers.js';
import { withdrawAccess } from '../../../storage/grants/applications.js';
import { endOwnSessions } from '../../../storage/sessions/own-sessions.js';
import type { Idp } from '../../deps.js';
import { detailBy, type Owner } from '../owner.js';

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** Nobody tells more browsers apart; to end all others reaches the rest as well. */
export const mostSessions = 50;

/**
 * Ends one session of theirs, or, for null, every other than the one by which they do so, which goes on in any case; then no browser is
 * trusted any more, either.
 * @param presentedTrust of the browser in which they do so: that one stays trusted
 * @returns false where there was none to end
 */
export async function endSessionsOf(
  idp: Idp,
  owner: Owner,
  id: string | null,
  presentedTrust: readonly string[] = [],
): Promise<boolean> {
  if (id !== null && !isUuid(id)) return false;
  const { asked, userId, sessionId: currentId } = owner;
  const now = idp.clock.now();
  const notice = id === null ? idp.mailing.notice('sessions_ended', { at: now.toISOString() }) : null;
  const event = { type: 'sign_out', userId, detail: detailBy(owner, { ended_from: currentId }) } as const;
  const ended = await idp.events.recordWith(asked, event, (audit) =>
    endOwnSessions(idp.sql, { userId, currentId, id, presentedTrust, now, audit, notice }),
  );
  if (!ended) return false;
  idp.mailing.tell(notice, ended.notice);
  idp.logoutWake.wake();
  return true;
}

/**
 * Has a code asked for again in one browser, or, for null, in all.
 * @returns false where none was trusted
 */
export async function endTrustOf(idp: Idp, owner: Owner, id: string | null): Promise<boolean> {
  if (id !== null && !isUuid(id)) return false;
  const { asked, userId, sessionId } = owner;
  const detail = detailBy(owner, { change: 'trusted browsers removed' });
  return idp.events.recordWith(asked, { type: 'user_changed', userId, sessionId, detail }, (audit) =>
    removeTrustedBrowsers(idp.sql, { userId, id, now: idp.clock.now(), audit }),
  );
}

/** @returns false where the application had no access */
export async function withdrawOwnAccess(
  idp: Idp,
  { asked, userId, sessionId, clientId: by }: Owner,
  clientId: string,
): Promise<boolean> {
  const event = {
    type: 'consent_withdrawn',
    userId,
    clientId,
    detail: { withdrawn_from: sessionId, withdrawn_by: by },
  } as const;
  const revoked = await idp.events.recordWith(
    asked,
    event,
    (audit) => withdrawAccess(idp.sql, { userId, clientId, now: idp.clock.now(), audit }),
    (revokedGrants) => ({ detail: { revoked_grants: revokedGrants } }),
  );
  return revoked !== null;
}

/** What people have words for; the rest is between programs. */
export const toldEvents = [
  'sign_in',
  'sign_in_failed',
  'sign_out',
  'consent_granted',
  'consent_denied',
  'consent_withdrawn',
  'token_reuse_detected',
  'passkey_added',
  'passkey_removed',
  'passkey_flagged',
  'identity_linked',
  'identity_unlinked',
  'authenticator_added',
  'authenticator_removed',
  'recovery_codes_replaced',
  'user_changed',
] as const;

export type ToldActivity = Activity<(typeof toldEvents)[number]>;

const mostEvents = 50;

/** What happened lately, the newest first, and where what is older begins. */
export interface ActivityPage {
  readonly events: readonly ToldActivity[];
  /** Null on the last page. */
  readonly next: string | null;
}

/** @param before the `next` of a page; anything else is as good as null, which begins with the newest */
export async function activityOf(idp: Idp, userId: string, before: string | null): Promise<ActivityPage> {
  const cursor = before !== null && /^\d{1,18}$/.test(before) ? before : null;
  // One more than is shown tells whether there is another page.
  const found = await listActivity(idp.sql, { userId, types: toldEvents, most: mostEvents + 1, before: cursor });
  const events = found.slice(0, mostEvents);
  return { events, next: found.length > mostEvents ? (events.at(-1)?.id ?? null) : null };
}
