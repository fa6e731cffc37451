/** A mail with everything that goes over the wire. */
export interface Message {
  /** RFC 5322 §3.6.4; the same at each attempt, so that a repeat can be recognized. */
  readonly messageId: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * How an attempt ended. `refused`: the server will not take it however often it is asked (RFC 5321 §4.2.1). `failed`: it may the next
 * time; `unreachable` where it would fail for any other mail as well. Errors are codes, and name nobody.
 */
export type SendResult =
  | { readonly kind: 'accepted'; readonly reply: string }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string; readonly unreachable: boolean };

/** Where mails go. */
export interface Transport {
  /** What was sent can be read here afterwards. */
  readonly readable: boolean;
  /** Milliseconds that an attempt takes at most. */
  readonly longestAttempt: number;
  /** Never rejects. @param signal ends the attempt */
  send(message: Message, signal: AbortSignal): Promise<SendResult>;
}

/** Takes every mail and does nothing: a page shows what is in the table. */
export const mailboxTransport: Transport = {
  readable: true,
  longestAttempt: 1_000,
  send: async () => ({ kind: 'accepted', reply: 'mailbox' }),
};
