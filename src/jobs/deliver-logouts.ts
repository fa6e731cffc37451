import { type Administration, makeChange } from '../administration/administration.js';
import { after } from '../clock.js';
import { signJwt } from '../crypto/jwt.js';
import type { Outbound } from '../http/outbound/client.js';
import { OutboundError } from '../http/outbound/policy.js';
import { backOff } from '../mail/back-off.js';
import type { Wake } from '../mail/wake.js';
import { decideLogoutDelivery, logoutTokenClaims, logoutTokenType } from '../protocol/token/logout-token.js';
import {
  type ClaimedNotification,
  claimLogoutNotification,
  forgetLogoutNotification,
  giveUpLogoutNotification,
  postponeLogoutNotification,
  type WaitingNotifications,
  waitingLogoutNotifications,
} from '../storage/sessions/logout-notifications.js';
import type { SigningKeys } from '../storage/signing-keys.js';
import type { Subjects } from '../storage/subjects.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { createOutboxRunner, drain } from './outbox.js';
import type { JobRunner } from './runner.js';

export interface LogoutDeliveryOptions extends Pick<Administration, 'clock' | 'random' | 'log'> {
  readonly administration: Administration;
  readonly issuer: string;
  readonly signingKeys: SigningKeys;
  readonly subjects: Subjects;
  readonly outbound: Outbound;
  /** Milliseconds that `outbound` takes for a request at most. */
  readonly longestAttempt: number;
  /** From 0 up to, but not including, 1. */
  readonly chance: () => number;
  readonly wake: Wake;
  /** Milliseconds between two looks at the table, where nothing is due before and nobody wakes. */
  readonly interval: number;
}

/** Clients that one process tells at once. */
const mostAtOnce = 8;
const leaseMargin = 60_000;

type Outcome = 'received' | 'unwanted' | { readonly again: string } | { readonly refused: string };

/** The token is made for each attempt: it is good for two minutes only, and keys change (OIDC Back-Channel Logout §2.4). */
async function logoutToken(
  { issuer, signingKeys, subjects, random, clock }: LogoutDeliveryOptions,
  { clientId, pairwiseClient, userId, sessionId, alg }: ClaimedNotification,
): Promise<string> {
  const { subjectOf, sidOf } = await subjects.seenBy(pairwiseClient);
  const key = (await signingKeys.keySet()).current(alg ?? 'RS256');
  const about = { clientId, subject: subjectOf(userId), sid: sidOf(sessionId) };
  const claims = logoutTokenClaims({ issuer, ...about, issuedAt: clock.now(), jti: random.uuid() });
  return signJwt(key, logoutTokenType, claims);
}

/** POST to the client's backchannel_logout_uri (OIDC Back-Channel Logout §2.5). */
async function attempt(options: LogoutDeliveryOptions, notification: ClaimedNotification): Promise<Outcome> {
  if (notification.uri === null) return 'unwanted';
  const token = await logoutToken(options, notification);
  try {
    const { status } = await options.outbound.postForm(notification.uri, { logout_token: token });
    const decision = decideLogoutDelivery(status);
    if (decision === 'received') return 'received';
    return decision === 'refused' ? { refused: `status ${status}` } : { again: `status ${status}` };
  } catch (error) {
    if (error instanceof OutboundError) return { again: error.message };
    throw error;
  }
}

async function giveUp(
  { administration }: LogoutDeliveryOptions,
  { id, attempts, clientId, sessionId, userId }: ClaimedNotification,
  reason: string,
): Promise<void> {
  const detail = { reason, attempts };
  const event = { type: 'logout_notification_given_up', clientId, sessionId, userId, detail } as const;
  const isOurs = await makeChange(administration, event, ({ now, audit }) =>
    giveUpLogoutNotification(administration.sql, { id, attempts, now, audit }),
  );
  if (isOurs) metrics.logoutNotification({ result: 'given_up' });
}

/** @returns true: what one client does keeps no other waiting */
async function deliver(options: LogoutDeliveryOptions, notification: ClaimedNotification): Promise<true> {
  const { administration, clock, chance, log } = options;
  const { id, attempts, clientId, sessionId, isLast } = notification;
  const about = { client_id: clientId, session_id: sessionId, attempts };
  const outcome = await attempt(options, notification);
  if (outcome === 'received' || outcome === 'unwanted') {
    await forgetLogoutNotification(administration.sql, { id, attempts });
    metrics.logoutNotification({ result: outcome === 'received' ? 'sent' : 'dropped' });
    log.info(outcome === 'received' ? 'client told of logout' : 'client not told of logout: it has no address', about);
  } else if ('refused' in outcome || isLast) {
    await giveUp(options, notification, 'refused' in outcome ? outcome.refused : outcome.again);
  } else {
    const until = after(clock.now(), backOff(attempts, chance()));
    await postponeLogoutNotification(administration.sql, { id, attempts, until, error: outcome.again });
    metrics.logoutNotification({ result: 'failed' });
    log.warn('client could not be told of logout', { ...about, reason: outcome.again, next: until });
  }
  return true;
}

/** Tells clients of the sessions that have ended: each by one process, one after the other, and several clients at once. */
export async function deliverDueLogouts(
  options: LogoutDeliveryOptions,
  stopping: AbortSignal,
): Promise<WaitingNotifications> {
  const { administration, clock, longestAttempt } = options;
  const { sql } = administration;
  const claim = () => {
    const now = clock.now();
    return claimLogoutNotification(sql, now, after(now, longestAttempt + leaseMargin));
  };
  await drain({ claim, deliver: (notification) => deliver(options, notification), mostAtOnce }, stopping);
  return waitingLogoutNotifications(sql);
}

/** Tells clients of logouts until it is stopped; attempts under way come to their end, which the client's time-out sets. */
export const createLogoutDelivery = (options: LogoutDeliveryOptions): JobRunner =>
  createOutboxRunner({
    ...options,
    job: 'deliver_logouts',
    grace: 0,
    round: (stopping) => deliverDueLogouts(options, stopping),
    observe: metrics.observeLogoutNotifications,
  });
