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
/** A server that is away is not asked again sooner than this. */
const shortestWait = 1_000;

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

/** Sends what is due: in this process several at once, and each mail by one process, whichever takes it first. */
export async function deliverDueMail(
  options: MailDeliveryOptions,
  stopping: AbortSignal,
  hurry: AbortSignal,
): Promise<WaitingMails> {
  const { administration, clock, transport } = options;
  const { sql } = administration;
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let goesOn = true;
  async function work(mail: ClaimedMail): Promise<void> {
    try {
      if (!(await deliver(options, mail, hurry))) goesOn = false;
    } catch (error) {
      goesOn = false;
      failures.push(error);
    }
  }
  try {
    while (goesOn && !stopping.aborted) {
      const now = clock.now();
      const mail = await claimMail(sql, now, after(now, transport.longestAttempt + leaseMargin));
      if (!mail) break;
      const delivery = work(mail).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
      if (underWay.size >= mostAtOnce) await Promise.race(underWay);
    }
  } finally {
    // All come to their end, whatever one of them meets: none goes on when the pool is closed.
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
  return waitingMails(sql);
}

/** What waits, as far as this process has seen: a gauge cannot wait for the database. */
function observeWaiting({ clock }: MailDeliveryOptions): (waiting: WaitingMails) => void {
  let seen: WaitingMails = { count: 0, oldest: null, next: null };
  const ageOf = (oldest: Date | null) => (oldest ? (clock.now().getTime() - oldest.getTime()) / 1000 : 0);
  metrics.observeMails(() => ({ waiting: seen.count, oldestSeconds: ageOf(seen.oldest) }));
  return (waiting) => {
    seen = waiting;
  };
}

/** Delivers mail until it is stopped: when a mail is written in this process, when one is due again, and now and then. */
export function createMailDelivery(options: MailDeliveryOptions): JobRunner {
  const { wake, interval, grace, clock, log } = options;
  const stopping = new AbortController();
  const hurry = new AbortController();
  const see = observeWaiting(options);
  let rounds: Promise<void> = Promise.resolve();

  /** Resolves to the milliseconds until the next. */
  async function goRound(): Promise<number> {
    const begun = performance.now();
    let result = 'success';
    let wait = interval;
    try {
      const waiting = await deliverDueMail(options, stopping.signal, hurry.signal);
      see(waiting);
      if (waiting.next)
        wait = Math.min(interval, Math.max(shortestWait, waiting.next.getTime() - clock.now().getTime()));
    } catch (cause) {
      result = 'failure';
      log.error('job failed', { job: 'deliver_mail', error: cause });
    }
    metrics.backgroundJob({ job: 'deliver_mail', result }, (performance.now() - begun) / 1000);
    return wait;
  }

  async function goRounds(): Promise<void> {
    while (!stopping.signal.aborted) await wake.wait(await goRound(), stopping.signal);
  }

  return {
    start() {
      rounds = goRounds();
    },
    async stop() {
      stopping.abort();
      const timer = setTimeout(() => hurry.abort(), grace);
      await rounds;
      clearTimeout(timer);
    },
  };
}
