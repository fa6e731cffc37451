import type { DatabaseRoleConfig } from '../../src/config/configuration.js';
import { systemRandom } from '../../src/crypto/random.js';
import type { MailDeliveryOptions } from '../../src/jobs/deliver-mail.js';
import { createMailing, type MailOptions } from '../../src/mail/mailing.js';
import { createSmtpTransport } from '../../src/mail/smtp.js';
import type { Transport } from '../../src/mail/transport.js';
import { createWake } from '../../src/mail/wake.js';
import { type MailOutcome, queueUserMail } from '../../src/storage/mail/outgoing-mails.js';
import { createLog } from '../../src/telemetry/log/logger.js';
import { administer } from './administration.js';
import type { MovableClock } from './clock.js';
import { configuration } from './configuration.js';
import type { TestDatabase } from './database.js';

export type SmtpConfig = NonNullable<DatabaseRoleConfig['mail']['smtp']>;

/** Frozen, as every value of a configuration is. */
export const sender = Object.freeze({ name: 'Identity, Inc.', address: 'identity@example.org' });

export const smtpConfig = (port: number, over: Partial<SmtpConfig> = {}): SmtpConfig => ({
  host: '127.0.0.1',
  port,
  tls: 'none',
  timeout: 2_000,
  ...over,
});

export const smtpTransport = (port: number, over?: Partial<SmtpConfig>): Transport =>
  createSmtpTransport(smtpConfig(port, over), sender);

/** What delivers over a test's database, and every line that it logged. */
export function deliveryOver(
  database: TestDatabase,
  clock: MovableClock,
  transport: Transport,
): MailDeliveryOptions & { readonly logged: string[] } {
  const logged: string[] = [];
  return {
    administration: administer(database, { clock }),
    transport,
    setting: configuration,
    domain: 'idp.example',
    clock,
    chance: () => 0,
    log: createLog({ level: 'TRACE', format: 'json', sink: (line) => void logged.push(line), clock }),
    wake: createWake(),
    interval: 3_600_000,
    grace: 5_000,
    logged,
  };
}

/** Writes a notice to a user, as whatever causes it does. */
export async function queueNotice(
  { transactions }: TestDatabase,
  clock: MovableClock,
  userId: string,
  options: MailOptions = {},
): Promise<MailOutcome | null> {
  const mailing = createMailing({ config: configuration, clock, random: systemRandom });
  const mail = mailing.mail('password_changed', { at: clock.now().toISOString() }, options);
  return queueUserMail(transactions, { mail, userId, now: clock.now() });
}
