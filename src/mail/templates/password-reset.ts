import { type Letter, type LetterSetting, type LinkPlace, linkOf } from './letter.js';

export interface PasswordReset extends LinkPlace {
  /** In which it is good. */
  readonly minutes: number;
}

/** The link by which who forgot a password gets another. @throws Error without the link's secret */
export function passwordReset(link: PasswordReset, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { passwordReset: text } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: [],
    advice: [text.lifetime(link.minutes), text.ifNot],
    action: { label: texts.newPassword, url: linkOf(link, setting) },
  };
}
