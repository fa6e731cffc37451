import { epochSeconds } from '../../clock.js';
import { equalInConstantTime, hmacSha256 } from '../../crypto/digest.js';
import { accountsCookie, type CookieToSet } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { hubPath } from './paths.js';
import type { Visit } from './visit.js';

/** An account that was signed in to in this browser, and may be chosen there again. */
export interface RememberedAccount {
  readonly userId: string;
  /** The last time, in seconds since the epoch. */
  readonly signedInAt: number;
}

/** What a browser brings by which its accounts are known. */
type BroughtByBrowser = Pick<Visit, 'browser' | 'cookies'>;

/** Bound to the browser: nobody puts another's account there to learn what it is called. */
const seal = (key: Buffer, browser: string, entries: string): string =>
  hmacSha256(key, 'accounts', browser, entries).subarray(0, 16).toString('base64url');

const entryOf = ({ userId, signedInAt }: RememberedAccount): string =>
  `${Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url')}.${signedInAt.toString(36)}`;

function accountOf(entry: string): RememberedAccount {
  const [id = '', time = ''] = entry.split('.');
  const hex = Buffer.from(id, 'base64url').toString('hex');
  const userId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { userId, signedInAt: Number.parseInt(time, 36) };
}

/** In the order of their last sign-in here, the latest first. */
export function rememberedAccounts(idp: Idp, { browser, cookies }: BroughtByBrowser): readonly RememberedAccount[] {
  const [presented = '', ...entries] = (cookies.accounts ?? '').split('~');
  const isOurs = idp.knownBrowserKeys.some((key) =>
    equalInConstantTime(Buffer.from(seal(key, browser, entries.join('~'))), Buffer.from(presented)),
  );
  return isOurs ? entries.map(accountOf).slice(0, idp.config.signIn.accountsPerBrowser) : [];
}

function remembering(idp: Idp, { browser }: BroughtByBrowser, accounts: readonly RememberedAccount[]): CookieToSet {
  const entries = accounts.slice(0, idp.config.signIn.accountsPerBrowser).map(entryOf).join('~');
  return accountsCookie(idp, `${seal(idp.knownBrowserKeys[0], browser, entries)}~${entries}`);
}

const without = (accounts: readonly RememberedAccount[], userId: string): readonly RememberedAccount[] =>
  accounts.filter((account) => account.userId !== userId);

/** None where a browser holds but one account. */
export function rememberAccount(idp: Idp, visit: BroughtByBrowser, userId: string): readonly CookieToSet[] {
  if (idp.config.signIn.accountsPerBrowser === 1) return [];
  const others = without(rememberedAccounts(idp, visit), userId);
  return [remembering(idp, visit, [{ userId, signedInAt: epochSeconds(idp.clock.now()) }, ...others])];
}

export const forgetAccount = (idp: Idp, visit: BroughtByBrowser, userId: string): CookieToSet =>
  remembering(idp, visit, without(rememberedAccounts(idp, visit), userId));

/** Whether somebody else can be chosen in this browser than who answers at this visit. */
export const knowsOthers = (idp: Idp, visit: Visit): boolean =>
  [...visit.sessions, ...rememberedAccounts(idp, visit)].some(({ userId }) => userId !== visit.session?.userId);

/** Where somebody goes who wants to be another user: to the accounts of the browser, or where it knows none to the sign-in. */
export const switchAccountPath = (idp: Idp, visit: Visit): string =>
  hubPath(idp, visit, knowsOthers(idp, visit) ? 'chooseAccount' : 'otherAccount');
