import type { Express, RequestHandler, Response } from 'express';
import { type Page, pageHeaders, setHeaders } from '../../http/browser/headers.js';
import { type RenderedMail, renderMail } from '../../mail/render.js';
import { imageSource } from '../../pages/image-source.js';
import { textsIn } from '../../pages/languages.js';
import type { View } from '../../pages/view.js';
import { type ClaimedMail, findMail, listMails } from '../../storage/mail/outgoing-mails.js';
import type { Idp } from '../deps.js';
import { type ListedMail, renderMailbox, renderMailPage, renderNoMail } from './page.js';

const route = '/dev/mailbox';

/** As the browser sees it: idp's public URL may have a prefix that a proxy takes away. */
const mailboxPath = ({ config }: Idp): string => new URL(config.publicUrls.idp).pathname.replace(/\/$/, '') + route;

const most = 100;

/** Developers read English. */
const viewOf = ({ brand }: Idp): View => ({ brand, texts: textsIn.en });

/** What a mail program would let the mail do: its own style, and links that open elsewhere. */
const mailPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ');

/** Mails of other releases, and those whose key is gone, are listed by what their row says. */
function rendered({ config }: Idp, mail: ClaimedMail): RenderedMail {
  try {
    return renderMail(mail, config);
  } catch (error) {
    const problem = `This mail cannot be shown: ${(error as Error).message}`;
    return { subject: mail.template, text: problem, html: '' };
  }
}

const listed = (idp: Idp, mail: ClaimedMail, { subject }: RenderedMail): ListedMail => ({
  path: `${mailboxPath(idp)}/${mail.id}`,
  recipient: mail.recipient,
  createdAt: mail.createdAt,
  subject,
});

/** Beside what every page may, those of the mailbox have a frame. */
function sendPage({ brand }: Idp, res: Response, { html, headers }: Page): void {
  const logo = imageSource(brand.logo);
  const policy = pageHeaders({
    formAction: 'self',
    styleHashes: [brand.stylesheetHash],
    imageSources: logo === undefined ? [] : [logo],
    frameSources: ["'self'"],
  });
  setHeaders(res, [...headers, ...policy]);
  res.type('html').send(html);
}

const list =
  (idp: Idp): RequestHandler =>
  async (_req, res) => {
    const mails = await listMails(idp.sql, most);
    const lines = mails.map((mail) => listed(idp, mail, rendered(idp, mail)));
    sendPage(idp, res, renderMailbox(viewOf(idp), lines));
  };

/** Answers with the mail that the address names, for as long as it is there. */
const withMail =
  (idp: Idp, answer: (res: Response, mail: ClaimedMail) => void): RequestHandler =>
  async (req, res) => {
    const id = String(req.params.mail);
    const mail = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? await findMail(idp.sql, id) : null;
    if (mail) answer(res, mail);
    else sendPage(idp, res.status(404), renderNoMail(viewOf(idp), mailboxPath(idp)));
  };

const show = (idp: Idp): RequestHandler =>
  withMail(idp, (res, mail) => {
    const content = rendered(idp, mail);
    const line = listed(idp, mail, content);
    const shown = { ...line, text: content.text, htmlPath: `${line.path}/html` };
    sendPage(idp, res, renderMailPage(viewOf(idp), mailboxPath(idp), shown));
  });

const showHtml = (idp: Idp): RequestHandler =>
  withMail(idp, (res, mail) => {
    res.set({ 'Content-Security-Policy': mailPolicy, 'X-Frame-Options': 'SAMEORIGIN', 'Cache-Control': 'no-store' });
    res.type('html').send(rendered(idp, mail).html);
  });

/** Shows what would have been sent, links and codes included: never in production, and not where a server gets it. */
export function mountMailbox(app: Express, idp: Idp): void {
  const { profile, mail } = idp.config;
  if (profile === 'production' || mail.smtp) return;
  app.get(route, list(idp));
  app.get(`${route}/:mail`, show(idp));
  app.get(`${route}/:mail/html`, showHtml(idp));
}
