/**
 * MAIL. Owns what people are written: when it is written down, how it reads in their language, and how it gets to a server.
 * Never decides that something happened, and sends nothing from within a request: a mail is a row, written by the statement that
 * causes it. Talks to storage, and to one SMTP server.
 */
import { after, type Clock } from '../clock.js';
import { type DatabaseRoleConfig, isMailOn } from '../config/configuration.js';
import type { Random } from '../crypto/random.js';
import type { MailOutcome, NewMail } from '../storage/mail/outgoing-mails.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { sealed } from './sealing.js';
import type { TemplateName, TemplateParameters } from './templates/templates.js';
import type { Wake } from './wake.js';

export interface MailOptions {
  /** Milliseconds in which it is of use; two days if nothing is said. */
  readonly lifetime?: number;
  /** What only the recipient may learn: the template is given it when the mail is sent, the row holds it encrypted. */
  readonly secret?: string;
  /** Goes out however many went before: by it a person undoes what somebody did to their account. */
  readonly always?: true;
  /** BCP 47; the person's own if nothing is said. */
  readonly language?: string;
}

/** What whoever writes to people needs. */
export interface Mailing {
  /**
   * A mail to be written by the statement that causes it ({@link NewMail}); null where mail is off, and nothing comes of it.
   * Afterwards {@link Mailing.tell} has to hear what became of it.
   */
  mail<Name extends TemplateName>(
    template: Name,
    parameters: TemplateParameters[Name],
    options?: MailOptions,
  ): NewMail | null;
  /** The same for what people are told of their account, which can be switched off (`mail.notices`). */
  notice<Name extends TemplateName>(
    template: Name,
    parameters: TemplateParameters[Name],
    options?: Pick<MailOptions, 'always'>,
  ): NewMail | null;
  /** Counts what became of a mail, and has one that waits sent at once. */
  tell(mail: NewMail | null, outcome: MailOutcome | null): void;
}

export interface MailingGiven {
  readonly config: Pick<DatabaseRoleConfig, 'profile' | 'mail' | 'keyEncryptionKeys'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Of the process that delivers, where it is this one. */
  readonly wake?: Wake;
}

const longestLifetime = 2 * 24 * 3_600_000;

export function createMailing({ config, clock, random, wake }: MailingGiven): Mailing {
  const mail: Mailing['mail'] = (
    template,
    parameters,
    { lifetime = longestLifetime, secret, always, language } = {},
  ) => {
    if (!isMailOn(config)) return null;
    const id = random.uuid();
    return {
      id,
      template,
      language: language ?? null,
      parameters: { ...parameters },
      sealedSecret: secret === undefined ? null : sealed(config.keyEncryptionKeys, id, secret).toString('base64'),
      deliverBefore: after(clock.now(), Math.min(lifetime, longestLifetime)),
      mostPerHour: always ? null : config.mail.mostPerHour,
    };
  };
  return {
    mail,
    notice: (template, parameters, options) => (config.mail.notices ? mail(template, parameters, options) : null),
    tell(told, outcome) {
      if (told === null || outcome === null) return;
      metrics.mail({ template: told.template, result: outcome });
      if (outcome === 'queued') wake?.wake();
    },
  };
}
