import { after } from '../../../clock.js';
import { hashToken, hmacSha256 } from '../../../crypto/digest.js';
import type { Asked } from '../../../http/request/asked.js';
import { addressBlock } from '../../../protocol/address-block.js';
import { emailCode } from '../../../protocol/sign-in/email-code.js';
import { identifierKey } from '../../../protocol/sign-in/identifiers.js';
import type { MailOutcome } from '../../../storage/mail/outgoing-mails.js';
import { soughtIdentifier } from '../../../storage/people/users.js';
import { askEmailCodeByName, askEmailCodeOfUser } from '../../../storage/sign-in/email-codes.js';
import { metrics } from '../../../telemetry/metrics/metrics.js';
import type { Idp } from '../../deps.js';
import type { Visit } from '../../interaction/visit.js';
import { inLeastTime } from '../../mailed-link.js';
import { likenessOf } from '../attempt.js';

/** Milliseconds in which a code is good (OWASP ASVS 5.0 §6.5.5). */
export const emailCodeLifetime = 10 * 60_000;

/** How often one may be entered (NIST SP 800-63B-4 §3.2.2). */
const tries = 5;

/** What is stored of a code: it is good in this interaction alone. */
export const emailCodeHash = (idp: Idp, { interactionId }: Visit, code: string): Buffer =>
  hmacSha256(idp.emailCodeKey, interactionId, code);

/**
 * Anybody can make us write mails: an address block has only so many, but for sign-ins of everybody behind it.
 * @returns milliseconds to wait; 0 where one may be asked for
 */
export function waitForEmailCode(idp: Idp, { address }: Asked): number {
  const wait = idp.emailCodesAskedFor.take(addressBlock(address ?? ''));
  if (wait > 0) metrics.turnedAway({ what: 'email_code', reason: 'address' });
  return wait;
}

/** @param who by which name or identifier wrong codes are counted */
function newCode(idp: Idp, visit: Visit, { who, afterPassword }: { who: string; afterPassword: boolean }) {
  const code = emailCode(idp.random.bytes(8));
  const now = idp.clock.now();
  const mail = idp.mailing.mail(
    'email_code',
    { minutes: emailCodeLifetime / 60_000, afterPassword },
    { secret: code, lifetime: emailCodeLifetime },
  );
  if (!mail) throw new Error('codes are mailed although mail is off');
  return {
    mail,
    interactionIdHash: hashToken(visit.interactionId),
    countedAs: likenessOf(idp, who),
    codeHash: emailCodeHash(idp, visit, code),
    triesLeft: tries,
    now,
    expiresAt: after(now, emailCodeLifetime),
  };
}

/** Mails a code to a user whose password is proven. @returns whether it is on its way */
export async function mailCodeToUser(idp: Idp, asked: Asked, visit: Visit, userId: string): Promise<boolean> {
  const code = newCode(idp, visit, { who: userId, afterPassword: true });
  const outcome = await idp.events.recordWith(
    asked,
    { type: 'email_code_asked', userId },
    (audit) => askEmailCodeOfUser(idp.sql, { ...code, userId, audit }),
    (became) => (became === 'queued' ? {} : null),
  );
  idp.mailing.tell(code.mail, outcome);
  return outcome === 'queued';
}

/** Mails one to whoever is called so. What becomes of it is told to nobody, by no answer and no time. */
export async function mailCodeByName(idp: Idp, asked: Asked, visit: Visit, identifier: string): Promise<void> {
  const send = async (): Promise<void> => {
    const code = newCode(idp, visit, { who: identifierKey(identifier), afterPassword: false });
    const outcome: MailOutcome | null = await idp.events.recordWith(asked, { type: 'email_code_asked' }, (audit) =>
      askEmailCodeByName(idp.sql, { ...code, ...soughtIdentifier(identifier), audit }),
    );
    idp.mailing.tell(code.mail, outcome);
  };
  await inLeastTime(send());
}
