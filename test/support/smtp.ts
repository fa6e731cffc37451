import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly raw: string;
  readonly messageId: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
}

/** When a command is answered, and with which refusal, if any. */
type Behaviour = () => Promise<{ readonly code: number; readonly text: string } | undefined>;

export interface TestSmtp {
  readonly port: number;
  readonly received: ReceivedMail[];
  /** Decides about recipients and about contents from now on. */
  behave(behaviour: {
    readonly recipient?: Behaviour;
    readonly sender?: Behaviour;
    readonly content?: Behaviour;
  }): void;
  close(): Promise<void>;
}

export const headerOf = (raw: string, name: string): string =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(raw)?.[1]?.replace(/\r\n/g, '') ?? '';

/** The parts of a mail as they read, text first (RFC 2045 §6.7). */
export const partsOf = (raw: string): readonly string[] =>
  raw
    .split(`--${/boundary="([^"]+)"/.exec(raw)?.[1]}`)
    .filter((part) => /content-type: text\//i.test(part))
    .map((part) => {
      const body = part.slice(part.indexOf('\r\n\r\n') + 4);
      if (/encoding: base64/i.test(part)) return Buffer.from(body, 'base64').toString();
      if (!/encoding: quoted-printable/i.test(part)) return body;
      const bytes = body
        .replace(/=\r\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
      return Buffer.from(bytes, 'latin1').toString();
    });

/** A mail server (RFC 5321) on a free port, which takes everything until it is told otherwise. */
export async function openSmtp(options: SMTPServerOptions & { readonly at?: number } = {}): Promise<TestSmtp> {
  const received: ReceivedMail[] = [];
  let behaviour: Parameters<TestSmtp['behave']>[0] = {};
  async function answer(decide: Behaviour | undefined, done: (error?: Error | null) => void): Promise<boolean> {
    const refusal = await decide?.();
    done(refusal ? Object.assign(new Error(refusal.text), { responseCode: refusal.code }) : null);
    return !refusal;
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key ? [] : ['STARTTLS'],
    closeTimeout: 50,
    disableReverseLookup: true,
    logger: false,
    ...options,
    onMailFrom: (_address, _session, done) => void answer(behaviour.sender, done),
    onRcptTo: (_address, _session, done) => void answer(behaviour.recipient, done),
    onData(stream, { envelope, secure }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks).toString();
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const recipients = envelope.rcptTo.map(({ address }) => address);
        const mail = { from, recipients, raw, messageId: headerOf(raw, 'message-id'), secure };
        if (await answer(behaviour.content, done)) received.push(mail);
      });
    },
  });
  server.on('error', () => undefined); // of a client that goes away
  server.listen(options.at ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    behave(next) {
      behaviour = next;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
