import { type Letter, type LetterSetting, momentIn, newPasswordAction } from './letter.js';

export interface PasswordChanged {
  /** ISO 8601. */
  readonly at: string;
}

/** The account has another password, by whomever it was set. */
export function passwordChanged({ at }: PasswordChanged, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { facts, passwordChanged: text } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product), text.ended],
    facts: [[facts.time, momentIn(texts.language, at)]],
    advice: [text.ifNot],
    action: newPasswordAction(setting),
  };
}
