import { type Letter, type LetterSetting, momentIn, newPasswordAction } from './letter.js';

export interface NewDevice {
  /** ISO 8601. */
  readonly at: string;
  /** The client to which the sign-in led. */
  readonly application: string;
  /** From which it came, as far as that is known. */
  readonly address: string | null;
}

/** Somebody signed in from a browser in which nobody had signed in to the account. */
export function newDevice({ at, application, address }: NewDevice, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { facts, newDevice: text } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: [
      [facts.time, momentIn(texts.language, at)],
      [facts.application, application],
      ...(address === null ? [] : [[facts.address, address] as const]),
    ],
    advice: [text.ifYou, text.ifNot],
    action: newPasswordAction(setting),
  };
}
