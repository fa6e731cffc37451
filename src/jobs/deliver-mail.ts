import { type Administration, makeChange } from '../administration/administration.js';
import { after } from '../clock.js';
import { type Attempted, attemptDelivery, type DeliveryGiven } from '../mail/delivery.js';
import type { Wake } from '../mail/wake.js';
import {
  type ClaimedMail,
  claimMail,
  giveUpMail,
  markMailSent,
  postponeMail,
  type WaitingMails,
  waitingMails,
} from '../storage/mail/outgoing-mails.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { createOutboxRunner, drain } from './outbox.js';
import type { JobRunner } from './runner.js';

export interface MailDeliveryOptions extends DeliveryGiven {
  readonly administration: Administration;
  readonly wake: Wake;
  /** Milliseconds between two looks at the table, where nothing is due before and nobody wakes. */
  readonly interval: number;
  /** Milliseconds that attempts under way may still take at the end, before they are broken off and released. */
  readonly grace: number;
}

/** Mails that one process sends at once. */
const mostAtOnce = 4;
const leaseMargin = 60_000;

async function giveUp({ administration }: MailDeliveryOptions, mail: ClaimedMail, reason: string): Promise<void> {
  const { id, attempts, template, userId } = mail;
  const event = { type: 'mail_given_up', userId: userId ?? undefined, detail: { template, reason, attempts } } as const;
  const isOurs = await makeChange(administration, event, ({ now, audit }) =>
    giveUpMail(administration.sql, { id, attempts, now, error: reason, audit }),
  );
  if (isOurs) metrics.mail({ template, result: 'given_up' });
}

async function settle(options: MailDeliveryOptions, mail: ClaimedMail, attempted: Attempted): Promise<void> {
  const { administration, clock, log, transport } = options;
  const { sql } = administration;
  const { id, attempts, template } = mail;
  switch (attempted.kind) {
    case 'sent':
      await markMailSent(sql, { id, attempts, now: clock.now(), readable: transport.readable });
      metrics.mail({ template, result: 'sent' });
      log.info('mail sent', { mail: id, template, attempts, reply: attempted.reply });
      return;
    case 'postponed':
      await postponeMail(sql, { id, attempts, until: attempted.until, error: attempted.error });
      metrics.mail({ template, result: 'failed' });
      log.warn('mail not sent', { mail: id, template, attempts, reason: attempted.error, next: attempted.until });
      return;
    case 'given_up':
      return giveUp(options, mail, attempted.error);
  }
}

/** @returns whether the server may take another */
async function deliver(options: MailDeliveryOptions, mail: ClaimedMail, hurry: AbortSignal): Promise<boolean> {
  const attempted = await attemptDelivery(options, mail, hurry);
  await settle(options, mail, attempted);
  return attempted.kind !== 'postponed' || !attempted.unreachable;
}

/** Sends what is due: each mail by one process, whichever takes it first. */
export async function deliverDueMail(
  options: MailDeliveryOptions,
  stopping: AbortSignal,
  hurry: AbortSignal,
): Promise<WaitingMails> {
  const { administration, clock, transport } = options;
  const { sql } = administration;
  const claim = () => {
    const now = clock.now();
    return claimMail(sql, now, after(now, transport.longestAttempt + leaseMargin));
  };
  await drain({ claim, deliver: (mail) => deliver(options, mail, hurry), mostAtOnce }, stopping);
  return waitingMails(sql);
}

/** Delivers mail until it is stopped. */
export const createMailDelivery = (options: MailDeliveryOptions): JobRunner =>
  createOutboxRunner({
    ...options,
    job: 'deliver_mail',
    round: (stopping, hurry) => deliverDueMail(options, stopping, hurry),
    observe: metrics.observeMails,
  });
