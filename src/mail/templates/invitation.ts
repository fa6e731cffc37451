import { type Letter, type LetterSetting, type LinkPlace, linkOf, momentIn } from './letter.js';

export interface Invitation extends LinkPlace {
  /** Until when it is good, ISO 8601. */
  readonly until: string;
  /** The one for which somebody was invited, if it was for one. */
  readonly application: string | null;
}

/** The link by which somebody who was invited makes their account. @throws Error without the link's secret */
export function invitation(link: Invitation, setting: LetterSetting): Letter {
  const { texts, product } = setting;
  const { invitation: text, facts, signUp } = texts;
  return {
    subject: text.subject(product),
    paragraphs: [text.lead(product)],
    facts: link.application === null ? [] : [[facts.application, link.application]],
    advice: [text.lifetime(momentIn(texts.language, link.until)), text.ifNot],
    action: { label: signUp.action, url: linkOf(link, setting) },
    footer: text.footer(product),
  };
}
