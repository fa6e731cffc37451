import { shownEmailCode } from '../../protocol/sign-in/email-code.js';
import { type Letter, type LetterSetting, newPasswordAction } from './letter.js';

export interface EmailCode {
  /** In which it is good. */
  readonly minutes: number;
  /** Whoever asked for it knows the password. */
  readonly afterPassword: boolean;
}

/** A code for a sign-in that is under way. @throws Error without it */
export function emailCode({ minutes, afterPassword }: EmailCode, setting: LetterSetting): Letter {
  const { texts, product, secret } = setting;
  if (secret === undefined) throw new Error('the mail has no code');
  const { emailCode: text } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: [[text.code, shownEmailCode(secret)]],
    advice: [text.lifetime(minutes), text.tellNobody, afterPassword ? text.ifNotAfterPassword : text.ifNot],
    action: afterPassword ? newPasswordAction(setting) : undefined,
  };
}
