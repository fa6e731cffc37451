import type { AccountChangeName } from '../texts/mail-texts.js';
import { type Letter, type LetterSetting, momentIn, newPasswordAction } from './letter.js';

export interface AccountChange {
  /** ISO 8601. */
  readonly at: string;
}

/** The letter of one change: what was done, when, and what to do if it was somebody else. */
export const accountChange =
  (name: AccountChangeName) =>
  ({ at }: AccountChange, setting: LetterSetting): Letter => {
    const { texts, product } = setting;
    const { subject, lead } = texts.changes[name];
    return {
      subject: subject(product),
      paragraphs: [lead(product)],
      facts: [[texts.facts.time, momentIn(texts.language, at)]],
      advice: [texts.notYou],
      action: newPasswordAction(setting),
    };
  };
