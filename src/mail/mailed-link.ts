import type { DatabaseRoleConfig } from '../config/configuration.js';
import { type EndpointName, endpointUrl } from '../protocol/endpoints.js';
import type { NewMail } from '../storage/mail/outgoing-mails.js';
import type { Mailing } from './mailing.js';

interface LinkGiven {
  readonly config: Pick<DatabaseRoleConfig, 'publicUrls'>;
}

/** Milliseconds in which a link to a new password is good (OWASP ASVS 5.0 §6.5.5 has ten minutes for codes; this is 256 random bits). */
export const resetLifetime = 30 * 60_000;

/** Where a link leads, without its secret: a mail's row has that encrypted. */
export const linkPlace = ({ config }: LinkGiven, name: EndpointName): string =>
  endpointUrl(config.publicUrls.idp, name, { link: '' }).replace(/\/$/, '');

/** The mail with the link by which somebody gets a new password; null where mail is off. */
export const passwordResetMail = (given: LinkGiven & { readonly mailing: Mailing }, secret: string): NewMail | null =>
  given.mailing.mail(
    'password_reset',
    { url: linkPlace(given, 'resetPassword'), minutes: resetLifetime / 60_000 },
    { secret, lifetime: resetLifetime },
  );
