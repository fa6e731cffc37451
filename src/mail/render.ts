import type { KeyEncryptionKeys } from '../crypto/encryption.js';
import type { Language } from '../protocol/language.js';
import type { ClaimedMail } from '../storage/mail/outgoing-mails.js';
import { asHtml, asText } from './layout.js';
import { unsealed } from './sealing.js';
import type { Letter, LetterSetting } from './templates/letter.js';
import { isTemplateName, type TemplateName, templates } from './templates/templates.js';
import { textsIn } from './texts/languages.js';

/** A mail as the recipient reads it. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What mails say about the site that sends them. */
export interface SenderSetting {
  readonly keyEncryptionKeys: KeyEncryptionKeys;
  readonly pages: { readonly productName: string; readonly lostPasswordUrl?: string; readonly language: Language };
}

const letterOf = (template: TemplateName, parameters: ClaimedMail['parameters'], setting: LetterSetting): Letter =>
  // The row was written from the parameters of this template: only a release that changes them could have written others.
  (templates[template] as (parameters: unknown, setting: LetterSetting) => Letter)(parameters, setting);

/** @throws Error when the template is of another release, or the secret's key is gone */
export function renderMail(mail: ClaimedMail, { keyEncryptionKeys, pages }: SenderSetting): RenderedMail {
  const { id, template, parameters, language, sealedSecret } = mail;
  if (!isTemplateName(template)) throw new Error(`this release has no template ${template}`);
  const texts = textsIn(language, pages.language);
  const product = pages.productName;
  const secret = sealedSecret === null ? undefined : unsealed(keyEncryptionKeys, id, sealedSecret);
  const letter = letterOf(template, parameters, { texts, product, lostPasswordUrl: pages.lostPasswordUrl, secret });
  const frame = { language: texts.language, product, footer: letter.footer ?? texts.footer(product) };
  return { subject: letter.subject, text: asText(letter, frame), html: asHtml(letter, frame) };
}
