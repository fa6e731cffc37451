import type { Asked } from '../../http/request/asked.js';
import type { View } from '../../pages/view.js';
import type { AccountPage } from '../../protocol/endpoints.js';
import type { Parameters } from '../../protocol/parameters.js';
import type { AccountSession } from '../../storage/people/account.js';
import type { PresentedCookies } from '../cookies/cookies.js';
import type { Answer } from '../interaction/answer.js';

/** Seconds that a proof of who somebody is stays fresh. */
export const freshFor = 300;

/** Somebody at a page of their own account. */
export interface AccountVisit {
  readonly page: AccountPage;
  readonly session: AccountSession;
  /** The secret of the session. */
  readonly secret: string;
  readonly cookies: PresentedCookies;
  readonly asked: Asked;
  /** Of the URL. */
  readonly query: Parameters;
  readonly view: View;
  /** What the page's forms carry: it fits this session and this page only. */
  readonly csrf: string;
  /** The page's own path, to which its forms go. */
  readonly action: string;
}

/** A file in the place of a page. */
export interface Download {
  readonly fileName: string;
  readonly content: object;
}

/** A page of the account: a new one is a new entry in the table of sections. */
export interface AccountSection {
  /** Whether only somebody sees it who has proven just now who they are. */
  readonly sensitive?: boolean;
  /** Whether it is about second factors: with less than all that somebody has they add and remove none. */
  readonly changesFactors?: boolean;
  page(visit: AccountVisit): Promise<Answer | Download>;
  /** What its forms do; the answer leads back by GET, or shows the form with what is wrong. */
  submit?(visit: AccountVisit, form: Parameters): Promise<Answer>;
}
