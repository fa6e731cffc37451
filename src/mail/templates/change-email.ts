import { type Letter, type LetterSetting, type LinkPlace, linkOf, momentIn } from './letter.js';

export interface ChangeEmail extends LinkPlace {
  /** In which it is good. */
  readonly hours: number;
}

/** Goes to the address that is to be an account's. @throws Error without the link's secret */
export function changeEmail(link: ChangeEmail, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { changeEmail: text } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: [],
    advice: [texts.signUp.lifetime(link.hours), text.ifNot],
    action: { label: text.action, url: linkOf(link, setting) },
    footer: text.footer(product),
  };
}

export interface EmailChanged extends LinkPlace {
  /** In which the link is good. */
  readonly days: number;
  /** When it was changed, ISO 8601. */
  readonly at: string;
}

/** Goes to the address that was an account's. @throws Error without the link's secret */
export function emailChanged(link: EmailChanged, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { emailChanged: text, facts } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: [[facts.time, momentIn(texts.language, link.at)]],
    advice: [text.ifYou, text.ifNot(link.days)],
    action: { label: text.action, url: linkOf(link, setting) },
  };
}
