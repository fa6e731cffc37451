import { type Letter, type LetterSetting, linkOf } from './letter.js';
import type { PasswordReset } from './password-reset.js';

/** Goes to whoever has an account where somebody wanted one with their address. @throws Error without the link's secret */
export function accountExists(link: PasswordReset, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { accountExists: text, passwordReset } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: [],
    advice: [text.forgotten, passwordReset.lifetime(link.minutes), text.ifNot],
    action: { label: texts.newPassword, url: linkOf(link, setting) },
  };
}
