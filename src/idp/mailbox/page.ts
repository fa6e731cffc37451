import type { Page } from '../../http/browser/headers.js';
import { type Html, html, webLink } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';

/** A mail as the list shows it. */
export interface ListedMail {
  readonly path: string;
  readonly recipient: string;
  readonly subject: string;
  readonly createdAt: Date;
}

export interface ShownMail extends ListedMail {
  readonly text: string;
  /** Where the same is as HTML. */
  readonly htmlPath: string;
}

const lead = html`<p class="lead">What would have been sent if there were a mail server (mail.smtp). Only for development.</p>`;

const line = ({ path, recipient, subject, createdAt }: ListedMail): Html => html`
  <li><div><a href="${path}">${subject}</a><br><small>${recipient}, ${createdAt.toISOString()}</small></div></li>`;

export const renderMailbox = (view: View, mails: readonly ListedMail[]): Page =>
  layout(
    view,
    { title: 'Mailbox' },
    html`${lead}
${mails.length > 0 ? html`<ul class="scopes">${mails.map(line)}</ul>` : html`<p>Nothing yet. Reload this page to look again.</p>`}`,
  );

/** A text whose web addresses can be followed. */
const linked = (text: string): readonly unknown[] =>
  text.split(/(https?:\/\/[^\s<>"]+)/).map((part) => {
    const link = webLink(part);
    return link ? html`<a href="${link}" target="_blank" rel="noreferrer">${part}</a>` : part;
  });

/** The mail's HTML stands in a frame that may run nothing, as in a mail program; its links open beside the page. */
export const renderMailPage = (view: View, mailboxPath: string, mail: ShownMail): Page =>
  layout(
    view,
    { title: mail.subject },
    html`<dl class="facts"><dt>To</dt><dd>${mail.recipient}</dd><dt>Written</dt><dd>${mail.createdAt.toISOString()}</dd></dl>
<iframe title="As HTML" src="${mail.htmlPath}" width="100%" height="440" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<h2>As text</h2>
<pre><code>${linked(mail.text)}</code></pre>
<p class="links"><a href="${mailboxPath}">All mails</a></p>`,
  );

export const renderNoMail = (view: View, mailboxPath: string): Page =>
  layout(
    view,
    { title: 'No such mail' },
    html`<p class="lead">It was swept, or never written: mails stay for a day after they were sent.</p>
<p class="links"><a href="${mailboxPath}">All mails</a></p>`,
  );
