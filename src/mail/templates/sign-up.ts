import { type Letter, type LetterSetting, type LinkPlace, linkOf } from './letter.js';

export interface SignUp extends LinkPlace {
  /** In which it is good. */
  readonly hours: number;
}

/** The link by which somebody makes an account. @throws Error without the link's secret */
export function signUp(link: SignUp, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { signUp: text } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: [],
    advice: [text.lifetime(link.hours), text.ifNot],
    action: { label: text.action, url: linkOf(link, setting) },
    footer: text.footer(product),
  };
}
