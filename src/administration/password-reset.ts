import { after } from '../clock.js';
import { hashToken } from '../crypto/digest.js';
import { passwordResetMail, resetLifetime } from '../mail/mailed-link.js';
import { askPasswordReset } from '../storage/mail/mailed-links.js';
import { soughtIdentifier } from '../storage/people/users.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError } from './administration-error.js';
import { getUser, type UserReference } from './users.js';

export interface MailedReset extends UserReference {
  /** Where the link went. */
  readonly email: string;
  /** When it stops working. */
  readonly expiresAt: Date;
}

/**
 * Mails a user the link that "Forgot your password?" mails: sessions and authorization grants end when it is used, and the present
 * password works until then.
 * @param identifier username or e-mail address
 * @throws AdministrationError unavailable, not_found, invalid, too_many_mails
 */
export async function mailPasswordReset(administration: Administration, identifier: string): Promise<MailedReset> {
  const { sql, clock, config, random, mailing } = administration;
  const { id, username, email, disabledAt } = await getUser(administration, identifier);
  const secret = random.token();
  const mail = passwordResetMail(administration, secret);
  if (!mail) throw new AdministrationError('unavailable', 'No mail is sent: set mail.smtp.');
  if (email === null) throw new AdministrationError('invalid', `The user "${username}" has no e-mail address.`);
  if (disabledAt) throw new AdministrationError('invalid', `The user "${username}" is disabled.`);
  const now = clock.now();
  const expiresAt = after(now, resetLifetime);
  const outcome = await makeChange(administration, { type: 'password_reset_asked', userId: id }, ({ audit }) =>
    askPasswordReset(sql, {
      ...soughtIdentifier(username),
      secretHash: hashToken(secret),
      mail,
      now,
      expiresAt,
      audit,
    }),
  );
  mailing.tell(mail, outcome);
  if (outcome !== 'queued')
    throw new AdministrationError(
      'too_many_mails',
      `${email} was sent ${config.mail.mostPerHour} such links within the hour; the last ones work.`,
    );
  return { id, username, email, expiresAt };
}
