import type { Letter, LetterSetting } from './letter.js';

export interface PasswordReset {
  /** Where the link leads, without its secret. */
  readonly url: string;
  /** In which it is good. */
  readonly minutes: number;
}

/** The link by which who forgot a password gets another. @throws Error without the link's secret */
export function passwordReset({ url, minutes }: PasswordReset, { texts, product, secret }: LetterSetting): Letter {
  const { passwordReset: text } = texts;
  if (secret === undefined) throw new Error('the link has no secret');
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: [],
    advice: [text.lifetime(minutes), text.ifNot],
    action: { label: texts.newPassword, url: `${url}/${secret}` },
  };
}
