import { after, type Clock } from '../clock.js';
import { isEmailAddress } from '../protocol/sign-in/identifiers.js';
import type { ClaimedMail } from '../storage/mail/outgoing-mails.js';
import type { Log } from '../telemetry/log/logger.js';
import { backOff } from './back-off.js';
import { type RenderedMail, renderMail, type SenderSetting } from './render.js';
import type { Transport } from './transport.js';

export interface DeliveryGiven {
  readonly transport: Transport;
  readonly setting: SenderSetting;
  /** The domain of Message-IDs. */
  readonly domain: string;
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly chance: () => number;
  readonly log: Log;
}

/** What has to be done about a mail after an attempt. */
export type Attempted =
  | { readonly kind: 'sent'; readonly reply: string }
  | { readonly kind: 'postponed'; readonly until: Date; readonly error: string; readonly unreachable: boolean }
  | { readonly kind: 'given_up'; readonly error: string };

/** What a header or an SMTP command could take for its own (RFC 5321 §4.1.2), in an address from wherever. */
const isSafeAddress = (address: string): boolean => isEmailAddress(address) && !/[<>,;:"()[\]\\]/.test(address);

function rendered({ setting, log }: DeliveryGiven, mail: ClaimedMail): RenderedMail | null {
  try {
    return renderMail(mail, setting);
  } catch (cause) {
    log.error('a mail cannot be rendered', { mail: mail.id, template: mail.template, cause });
    return null;
  }
}

/**
 * Tries to send a mail that was claimed: the claim lasts for longer than `transport.longestAttempt`.
 * @param signal ends the attempt; then it is made again at once, by whoever comes next
 */
export async function attemptDelivery(
  given: DeliveryGiven,
  mail: ClaimedMail,
  signal: AbortSignal,
): Promise<Attempted> {
  const { transport, domain, clock, chance } = given;
  const { id, recipient, attempts, deliverBefore, lastError } = mail;
  if (deliverBefore <= clock.now()) return { kind: 'given_up', error: lastError ?? 'EXPIRED' };
  if (!isSafeAddress(recipient)) return { kind: 'given_up', error: 'ADDRESS' };
  const content = rendered(given, mail);
  if (!content) return { kind: 'given_up', error: 'UNREADABLE' };
  const result = await transport.send({ messageId: `<${id}@${domain}>`, recipient, ...content }, signal);
  if (result.kind === 'accepted') return { kind: 'sent', reply: result.reply };
  const { error } = result;
  if (result.kind === 'refused') return { kind: 'given_up', error };
  const now = clock.now();
  if (signal.aborted) return { kind: 'postponed', until: now, error, unreachable: true };
  const until = after(now, backOff(attempts, chance()));
  return {
    kind: 'postponed',
    until: until < deliverBefore ? until : deliverBefore,
    error,
    unreachable: result.unreachable,
  };
}
