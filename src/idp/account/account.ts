import type { Express, Request, RequestHandler, Response } from 'express';
import { isMailOn } from '../../config/configuration.js';
import { hashToken } from '../../crypto/digest.js';
import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm, readQuery } from '../../http/request/form.js';
import { viewFor } from '../../pages/view.js';
import { type AccountPage, type Endpoint, endpoints } from '../../protocol/endpoints.js';
import { type AccountSession, findAccountSession } from '../../storage/people/account.js';
import { presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import type { Upstream } from '../federation/upstream.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { languageSwitch } from '../interaction/language-switch.js';
import { pageErrors } from '../interaction/page-errors.js';
import { ownLanguage } from '../interaction/parts.js';
import { accountPath, languageSession } from '../interaction/paths.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { keepAlive } from '../sign-in/session.js';
import { activitySection } from './access/activity.js';
import { applicationsSection } from './access/applications.js';
import { sessionsSection } from './access/sessions.js';
import { mountAccountApi } from './api/api.js';
import { beginAccount } from './begin.js';
import { overviewSection } from './overview.js';
import { isTooWeak } from './owner.js';
import { type AccountSection, type AccountVisit, type Download, freshFor } from './section.js';
import { dataSection } from './self/data.js';
import { deletionSection } from './self/deletion.js';
import { emailSection } from './self/email.js';
import { profileSection } from './self/profile.js';
import { authenticatorSection } from './ways-in/authenticator.js';
import { linksSection } from './ways-in/links.js';
import { passkeysSection } from './ways-in/passkeys.js';
import { passwordSection } from './ways-in/password.js';

/** Not there where there is nothing to link with, or no mail is sent. */
type OptionalPage = 'accountLinks' | 'accountEmail';

/** The pages of the account, each at the address of its name. */
const sectionsOf = (
  idp: Idp,
  upstreams: readonly Upstream[],
): Readonly<Record<Exclude<AccountPage, OptionalPage>, AccountSection>> &
  Partial<Record<OptionalPage, AccountSection>> => ({
  account: overviewSection(idp),
  accountSessions: sessionsSection(idp),
  accountApplications: applicationsSection(idp),
  accountPassword: passwordSection(idp),
  accountPasskeys: passkeysSection(idp),
  ...(upstreams.length > 0 ? { accountLinks: linksSection(idp, upstreams) } : {}),
  accountAuthenticator: authenticatorSection(idp),
  accountProfile: profileSection(idp),
  ...(isMailOn(idp.config) ? { accountEmail: emailSection(idp) } : {}),
  accountActivity: activitySection(idp),
  accountData: dataSection(idp),
  accountDeletion: deletionSection(idp),
});

/** Whether the sign-in was late and strong enough for what the page does. */
function isEnough({ authTime, unprovenFactors }: AccountSession, section: AccountSection, now: Date): boolean {
  if (!section.sensitive) return true;
  const isFresh = now.getTime() - authTime.getTime() <= freshFor * 1000;
  return isFresh && !isTooWeak(unprovenFactors, section.changesFactors);
}

/** @returns the visit, or the way to sign in where nobody is, or not lately enough for what the page does */
async function readVisit(
  idp: Idp,
  req: Request,
  page: AccountPage,
  section: AccountSection,
): Promise<{ readonly visit: AccountVisit } | { readonly signIn: Answer }> {
  const cookies = presentedCookies(idp, req);
  const { session: secret } = cookies;
  const asked = askedOf(req);
  const now = idp.clock.now();
  const session = secret === undefined ? null : await findAccountSession(idp.sql, hashToken(secret), now);
  if (!session || secret === undefined || !isEnough(session, section, now)) {
    const strong = session !== null && isTooWeak(session.unprovenFactors, section.changesFactors);
    const wanted = section.sensitive ? { maxAge: freshFor, strong } : {};
    return { signIn: await beginAccount(idp, asked, page, wanted) };
  }
  await keepAlive(idp, session);
  const action = accountPath(idp, page);
  const belongs = { here: action, own: ownLanguage(session), request: languageSession(secret) };
  const view = viewFor(idp.brand, cookies.reader, belongs);
  const csrf = csrfToken(idp.csrfKey, secret, page);
  return { visit: { page, session, secret, cookies, asked, query: readQuery(req), view, csrf, action } };
}

function send(idp: Idp, res: Response, answer: Answer | Download): void {
  if (!('fileName' in answer)) {
    sendAnswer(idp, res, answer);
    return;
  }
  res.set({ 'Cache-Control': 'no-store', 'Content-Disposition': `attachment; filename="${answer.fileName}"` });
  res.type('json').send(JSON.stringify(answer.content, null, 2));
}

const shown =
  (idp: Idp, name: AccountPage, section: AccountSection): RequestHandler =>
  async (req, res) => {
    const read = await readVisit(idp, req, name, section);
    send(idp, res, 'signIn' in read ? read.signIn : await section.page(read.visit));
  };

/** A form counts only from a page of ours that was shown in this session; without one it leads to the sign-in. */
const submitted =
  (idp: Idp, name: AccountPage, section: AccountSection): RequestHandler =>
  async (req, res) => {
    assertOwnForm(idp, req);
    const form = await readForm(req);
    const read = await readVisit(idp, req, name, section);
    if ('signIn' in read) return sendAnswer(idp, res, read.signIn);
    assertCsrfToken(idp.csrfKey, read.visit.secret, name, form.get('csrf'));
    const answer = section.submit ? await section.submit(read.visit, form) : { seeOther: read.visit.action };
    sendAnswer(idp, res, answer);
  };

/** The account pages, their API, and idp's front page, which leads to them. */
export function mountAccount(app: Express, idp: Idp, upstreams: readonly Upstream[]): void {
  for (const [key, section] of Object.entries(sectionsOf(idp, upstreams))) {
    const name = key as AccountPage;
    const { path, methods }: Endpoint = endpoints[name];
    const switcher = languageSwitch(
      idp,
      () => accountPath(idp, name),
      (req) => languageSession(presentedCookies(idp, req).session),
    );
    app.get(path, switcher, shown(idp, name, section), pageErrors(idp));
    if (methods.includes('POST')) app.post(path, submitted(idp, name, section), pageErrors(idp));
  }
  mountAccountApi(app, idp);
  app.get(endpoints.frontPage.path, (_req, res) => sendAnswer(idp, res, { seeOther: accountPath(idp, 'account') }));
}
