import { renderMail } from '../../src/mail/render.js';
import type { TemplateName } from '../../src/mail/templates/templates.js';
import { type ClaimedMail, listMails } from '../../src/storage/mail/outgoing-mails.js';
import type { TestIdp } from './idp.js';

/** Mails of a template to an address, the newest first. */
export const mailsTo = async (
  { database }: TestIdp,
  recipient: string,
  template: TemplateName,
): Promise<readonly ClaimedMail[]> =>
  (await listMails(database.sql, 1_000)).filter((mail) => mail.recipient === recipient && mail.template === template);

/** The paths of the links in them. */
export async function linksTo(idp: TestIdp, recipient: string, template: TemplateName): Promise<readonly string[]> {
  const texts = (await mailsTo(idp, recipient, template)).map((mail) => renderMail(mail, idp.deps.config).text);
  return texts.map((text) => new URL(/http\S+\/[\w-]{43}/.exec(text)?.[0] ?? '').pathname);
}
