import type { Express, RequestHandler, Response } from 'express';
import { pageHeaders, setHeaders } from '../../http/browser/headers.js';
import { type RenderedMail, renderMail } from '../../mail/render.js';
import { stylesheetHash } from '../../pages/stylesheet.js';
import { type ClaimedMail, findMail, listMails } from '../../storage/outgoing-mails.js';
import type { Idp } from '../deps.js';
import { type ListedMail, renderMailbox, renderMailPage, renderNoMail } from './page.js';

const route = '/dev/mailbox';

/** As the browser sees it: idp's public URL may have a prefix that a proxy takes away. */
const mailboxPath = ({ config }: Idp): string => new URL(config.publicUrls.idp).pathname.replace(/\/$/, '') + route;

const most = 100;

const pagePolicy = pageHeaders({ formAction: 'self', styleHashes: [stylesheetHash], frameSources: ["'self'"] });

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

function sendPage(res: Response, page: string): void {
  setHeaders(res, pagePolicy);
  res.type('html').send(page);
}

const list =
  (idp: Idp): RequestHandler =>
  async (_req, res) => {
    const mails = await listMails(idp.sql, most);
    const lines = mails.map((mail) => listed(idp, mail, rendered(idp, mail)));
    sendPage(res, renderMailbox(idp.config.pages.productName, lines));
  };

/** Answers with the mail that the address names, for as long as it is there. */
const withMail =
  (idp: Idp, answer: (res: Response, mail: ClaimedMail) => void): RequestHandler =>
  async (req, res) => {
    const id = String(req.params.mail);
    const mail = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? await findMail(idp.sql, id) : null;
    if (mail) answer(res, mail);
    else sendPage(res.status(404), renderNoMail(idp.config.pages.productName, mailboxPath(idp)));
  };

const show = (idp: Idp): RequestHandler =>
  withMail(idp, (res, mail) => {
    const content = rendered(idp, mail);
    const line = listed(idp, mail, content);
    const shown = { ...line, text: content.text, htmlPath: `${line.path}/html` };
    sendPage(res, renderMailPage(idp.config.pages.productName, mailboxPath(idp), shown));
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
