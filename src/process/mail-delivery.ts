import type { DatabaseRoleConfig } from '../config/configuration.js';
import { createMailDelivery, type MailDeliveryOptions } from '../jobs/deliver-mail.js';
import type { JobRunner } from '../jobs/runner.js';
import { mailboxTransport, type Transport } from '../mail/transport.js';

/** Milliseconds that mails under way may still take at the end. */
const grace = 5_000;

/** Nodemailer comes along only where there is a server to talk to. */
async function transportOf({ mail }: DatabaseRoleConfig): Promise<Transport> {
  if (!mail.smtp || !mail.from) return mailboxTransport;
  const { createSmtpTransport } = await import('../mail/smtp.js');
  return createSmtpTransport(mail.smtp, mail.from, mail.replyTo);
}

/** Sends what people are written, to where the configuration says; not yet started. */
export const openMailDelivery = async (
  config: DatabaseRoleConfig,
  given: Pick<MailDeliveryOptions, 'administration' | 'wake' | 'clock' | 'log' | 'chance'>,
): Promise<JobRunner> =>
  createMailDelivery({
    ...given,
    transport: await transportOf(config),
    setting: config,
    domain: new URL(config.publicUrls.idp).hostname,
    interval: config.jobs.shortInterval,
    grace,
  });
