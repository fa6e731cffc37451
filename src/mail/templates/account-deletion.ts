import { type Letter, type LetterSetting, momentIn, newPasswordAction } from './letter.js';

export interface AccountDeletion {
  /** ISO 8601. */
  readonly at: string;
  /** When the account is deleted. */
  readonly until: string;
}

/** The account is to be deleted, and how it is kept. */
export function accountDeletion({ at, until }: AccountDeletion, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { facts, accountDeletion: text } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product, momentIn(texts.language, until)), text.ended],
    facts: [[facts.time, momentIn(texts.language, at)]],
    advice: [text.ifNot],
    action: newPasswordAction(setting),
  };
}
