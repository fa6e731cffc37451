import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import { authenticationContextClass, methodReferences } from '../../protocol/sign-in/authentication-context.js';
import type { Audit } from '../../storage/audit/audit-events.js';
import type { NewMail } from '../../storage/mail/outgoing-mails.js';
import { type BegunSession, beginSession, touchInterval, touchSession } from '../../storage/sessions/sessions.js';
import type { TakenProof } from '../../storage/sign-in/proofs.js';
import { sessionCookies } from '../cookies/browser-sessions.js';
import type { CookieToSet } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { clientOnPage } from '../interaction/parts.js';
import { rememberAccount, rememberedAccounts } from '../interaction/remembered-accounts.js';
import type { Visit } from '../interaction/visit.js';
import { deviceOf } from './device.js';

/** Use keeps a session from going idle, but does not move its absolute end. */
export async function keepAlive(
  idp: Idp,
  session: Pick<NonNullable<Visit['session']>, 'id' | 'lastSeenAt'> | null,
): Promise<void> {
  const now = idp.clock.now();
  if (!session || now.getTime() - session.lastSeenAt.getTime() < touchInterval) return;
  await touchSession(idp.sql, { id: session.id, now, idleAt: after(now, idp.config.lifetimes.sessionIdle) });
}

export interface SignIn extends TakenProof {
  /** How the user was proven. */
  readonly methods: readonly string[];
  /** Whether the browser is one that signed in to the account before: of any other the user is told. */
  readonly isKnownBrowser: boolean;
}

interface Told extends Pick<SignIn, 'userId' | 'isKnownBrowser'> {
  readonly now: Date;
}

/** Of what the user is told by mail: of two things the one that opens the account to somebody else for longer. */
function noticeOf(idp: Idp, { address }: Asked, visit: Visit, { userId, isKnownBrowser, now }: Told): NewMail | null {
  const at = now.toISOString();
  if (visit.pendingLink?.userId === userId) return idp.mailing.notice('identity_linked', { at });
  if (isKnownBrowser) return null;
  return idp.mailing.notice('new_device', { at, application: clientOnPage(visit).name, address: address ?? null });
}

/** Tells of the identity that is linked with the account, where one waited for its proof. */
function withPendingLink(
  { events }: Idp,
  asked: Asked,
  { pendingLink: link }: Visit,
  userId: string,
  begin: (linkAudit: Audit | null) => Promise<BegunSession | null>,
): Promise<BegunSession | null> {
  if (link?.userId !== userId) return begin(null);
  const event = { type: 'identity_linked', userId, detail: { provider: link.provider } } as const;
  return events.recordWith(asked, event, begin, ({ id, isLinked }) => (isLinked ? { sessionId: id } : null));
}

/** What the audit trail has of the proof besides its methods. */
const factorsUsed = ({ recoveryCode, newTotp, trustedBrowser, newTrust }: SignIn['effects']) => ({
  ...(recoveryCode === undefined ? {} : { recovery_code: true }),
  ...(newTotp === undefined ? {} : { set_up: 'otp' }),
  ...(trustedBrowser === undefined ? {} : { trusted_browser: 'used' }),
  ...(newTrust === undefined ? {} : { trusted_browser: 'added' }),
});

/**
 * The sessions of other users in this browser: those that go on, and those that end. One that did not begin here may have been put there by
 * its user, in the hope that whoever signs in is taken for them.
 */
function sessionsOfOthers(idp: Idp, visit: Visit, userId: string) {
  const others = visit.sessions.filter((session) => session.userId !== userId);
  const begunHere = new Set(rememberedAccounts(idp, visit).map((account) => account.userId));
  const kept = others
    .filter((session) => begunHere.has(session.userId))
    .slice(0, idp.config.signIn.accountsPerBrowser - 1);
  return { kept, ended: others.filter((session) => !kept.includes(session)) };
}

/**
 * Begins a session under a fresh secret, whatever cookie the browser brought, so that no session can be fixed in advance.
 * The sessions of other accounts go on beside it, as many as a browser may hold.
 * @returns the cookies of the browser's sessions, or null when the account has been disabled or given another password meanwhile
 */
export async function startSession(
  idp: Idp,
  asked: Asked,
  visit: Visit,
  signIn: SignIn,
): Promise<readonly CookieToSet[] | null> {
  const now = idp.clock.now();
  const secret = idp.random.token();
  const { interactionId, clientId } = visit;
  const { userId, methods, isKnownBrowser, ...taken } = signIn;
  const signInNotice = noticeOf(idp, asked, visit, { userId, isKnownBrowser, now });
  const { kept, ended } = sessionsOfOthers(idp, visit, userId);
  const amr = methodReferences(methods);
  const detail = { amr, client_id: clientId, ...factorsUsed(taken.effects) };
  const begin = (linkAudit: Audit | null) =>
    idp.events.recordWith(
      asked,
      { type: 'sign_in', userId, clientId, detail },
      (audit) =>
        beginSession(idp.sql, {
          userId,
          interactionIdHash: hashToken(interactionId),
          presentedSecretHashes: visit.sessions.map(({ secretHash }) => secretHash),
          keptSecretHashes: kept.map(({ secretHash }) => secretHash),
          endedSecretHashes: ended.map(({ secretHash }) => secretHash),
          newId: idp.random.uuid(),
          secretHash: hashToken(secret),
          now,
          amr,
          acr: authenticationContextClass(amr),
          device: deviceOf(asked.userAgent),
          endsAt: after(now, idp.config.lifetimes.sessionAbsolute),
          idleAt: after(now, idp.config.lifetimes.sessionIdle),
          ...taken,
          audit,
          linkAudit,
          signInNotice,
        }),
      ({ id }) => ({ sessionId: id }),
    );
  const began = await withPendingLink(idp, asked, visit, userId, begin);
  if (began) idp.mailing.tell(signInNotice, began.notice);
  if (ended.length > 0) idp.logoutWake.wake();
  const keptSecrets = kept.map((session) => session.secret);
  return began && [...sessionCookies(secret, keptSecrets), ...rememberAccount(idp, visit, userId)];
}
