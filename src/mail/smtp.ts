import { createTransport } from 'nodemailer';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import type { SendResult, Transport } from './transport.js';

type MailConfig = DatabaseRoleConfig['mail'];
type SmtpConfig = NonNullable<MailConfig['smtp']>;
type MailAddress = NonNullable<MailConfig['from']>;

/** RFC 8314 §3.3, RFC 6409 §3.1, RFC 5321 §4.5.4.2 */
const usualPorts = { required: 465, starttls: 587, none: 25 } as const;

/** An attempt is a connection, a greeting, and a handful of commands, each with an answer of its own. */
const answersPerAttempt = 4;

/** What nodemailer says of a failure; its message quotes the server, and that quotes addresses. */
interface SmtpFailure {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
  /** Of the system or of TLS, where `code` is nodemailer's own. */
  readonly originalCode?: string;
}

/** The codes of a reply (RFC 5321 §4.2, RFC 3463 §2): all of it that names nobody. */
const codesOf = (reply = ''): string => /^\d{3}([ -]\d\.\d{1,3}\.\d{1,3})?/.exec(reply)?.[0].replace('-', ' ') ?? '';

const longestError = 200;

function describe({ code, command, response, originalCode }: SmtpFailure): string {
  const parts = [code, command, codesOf(response), originalCode].filter((part) => part);
  return parts.join(' ').slice(0, longestError) || 'UNKNOWN';
}

/**
 * What the server says about this one mail: its recipient or its content. Whatever else it refuses, it would refuse of any, and so it
 * does where it relays nothing for us (RFC 3463 §3.8).
 */
const isAboutTheMail = ({ command, response }: SmtpFailure): boolean =>
  command === 'DATA' || (command === 'RCPT TO' && !codesOf(response).includes(' 5.7.'));

function judge(failure: SmtpFailure): SendResult {
  const error = describe(failure);
  const { responseCode = 0 } = failure;
  if (isAboutTheMail(failure) && responseCode >= 500) return { kind: 'refused', error };
  return { kind: 'failed', error, unreachable: !isAboutTheMail(failure) };
}

function connectionOf({ host, port, tls, username, password, ca, timeout }: SmtpConfig) {
  return {
    host,
    port: port ?? usualPorts[tls],
    secure: tls === 'required',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const, ...(ca === undefined ? {} : { ca }) },
    ...(username === undefined ? {} : { auth: { user: username, pass: password?.reveal() } }),
    connectionTimeout: timeout,
    dnsTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
  };
}

/** Sends over SMTP (RFC 5321), each mail in a connection of its own that ends with the attempt. */
export function createSmtpTransport(smtp: SmtpConfig, from: MailAddress, replyTo?: MailAddress): Transport {
  const transport = createTransport(connectionOf(smtp));
  const longestAttempt = smtp.timeout * answersPerAttempt;
  return {
    readable: false,
    longestAttempt,
    async send({ recipient, ...message }, signal) {
      try {
        const sent = await transport.sendMail({
          ...message,
          // Copies: nodemailer writes into what it is given, and a configuration is frozen.
          from: { ...from },
          ...(replyTo === undefined ? {} : { replyTo: { ...replyTo } }),
          // An object is taken as it is: nothing in the address makes a second one of it.
          to: { name: '', address: recipient },
          // RFC 3834 §5: no out-of-office note answers it.
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
          signal: AbortSignal.any([signal, AbortSignal.timeout(longestAttempt)]),
        });
        return { kind: 'accepted', reply: codesOf(sent.response) };
      } catch (failure) {
        return judge(failure as SmtpFailure);
      }
    },
  };
}
