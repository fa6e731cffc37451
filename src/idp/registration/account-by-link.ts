import type { Request, RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { PageRefusal } from '../../pages/error-pages.js';
import type { View } from '../../pages/view.js';
import { addressBlock } from '../../protocol/address-block.js';
import { claimFault } from '../../protocol/claims.js';
import type { Parameters } from '../../protocol/parameters.js';
import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import type { NewAccount, SignedUp } from '../../storage/people/sign-up.js';
import type { SignInAccount } from '../../storage/people/users.js';
import { presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { type Aside, asideAt } from '../interaction/continued.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import type { Visit } from '../interaction/visit.js';
import { linkGone, linkPath } from '../mailed-link.js';
import { acceptProof } from '../sign-in/accept-proof.js';
import { toldAbility } from '../sign-in/passkeys/ability.js';
import { type NewAccountFaults, renderNewAccountPage } from './pages.js';

const purpose = 'sign_up';

/** What a link to a new account says of it. */
export interface AccountToBe {
  readonly id: string;
  /** Where the mail with the link went. */
  readonly email: string;
  /** What its owner is called, as far as that is known. */
  readonly name: string;
}

/** A kind of link by which somebody makes an account. */
export interface AccountLinks<Found extends AccountToBe> {
  readonly endpoint: 'signUpByLink' | 'acceptInvitation';
  /** Null where the link is good for nothing (any more). */
  find(secretHash: Buffer): Promise<Found | null>;
  use(account: NewAccount): Promise<SignedUp>;
  /** Where its owner goes on, decided before there is an account. */
  goingOn(req: Request, aside: Aside, found: Found): Promise<(account: SignInAccount) => Promise<Answer>>;
}

const addressTaken = (): PageRefusal =>
  new PageRefusal(
    ({ signUp: text }) => ({ status: 409, title: text.takenTitle, message: text.taken }),
    'the address has got an account meanwhile',
  );

interface OpenedLink {
  readonly link: string;
  readonly endpoint: AccountLinks<AccountToBe>['endpoint'];
  readonly found: AccountToBe;
  readonly view: View;
}

interface Entered {
  readonly name: string;
  readonly password: string;
}

const enteredIn = (form: Parameters): Entered => ({
  name: (form.get('name') ?? '').trim(),
  password: form.get('password') ?? '',
});

async function faultsOf(
  idp: Idp,
  { found: { email }, view }: OpenedLink,
  { name, password }: Entered,
): Promise<NewAccountFaults | undefined> {
  const isNamed = name !== '' && claimFault('name', name, idp.config.claims.scopes) === undefined;
  const problem = await idp.passwordCheck.problem(password, [email, name]);
  if (isNamed && !problem) return undefined;
  return { name: isNamed ? undefined : view.texts.signUp.noName, password: problem };
}

function page(
  idp: Idp,
  { link, endpoint, found, view }: OpenedLink,
  shown: { name: string; faults?: NewAccountFaults },
) {
  const csrf = csrfToken(idp.csrfKey, link, purpose);
  return renderNewAccountPage(idp, view, { email: found.email, action: linkPath(idp, endpoint, link), csrf, ...shown });
}

/** Of people who sign in by their address: nobody has to call themselves something besides. */
const usernameOf = (idp: Idp): string => `user-${idp.random.bytes(8).toString('hex')}`;

/** Makes the account: the link is used up, and its address proven. @throws PageRefusal */
async function createAccount(
  idp: Idp,
  req: Request,
  { link, endpoint, found: { id, email } }: OpenedLink,
  { name, password }: Entered,
  use: AccountLinks<AccountToBe>['use'],
): Promise<SignInAccount> {
  const asked = askedOf(req);
  const passwordHash = await idp.passwords.hash(password, { block: addressBlock(asked.address ?? ''), known: false });
  const username = usernameOf(idp);
  const account = {
    id,
    username,
    usernameKey: identifierKey(username),
    emailKey: identifierKey(email),
    passwordHash,
    claims: { name },
    now: idp.clock.now(),
  };
  const detail = { invited: endpoint === 'acceptInvitation' };
  let signedUp = 'gone';
  await idp.events.recordWith(asked, { type: 'signed_up', userId: id, detail }, async (audit) => {
    signedUp = await use({ ...account, secretHash: hashToken(link), audit });
    return signedUp === 'created';
  });
  if (signedUp === 'gone') throw linkGone();
  if (signedUp === 'taken') throw addressTaken();
  return { id, enrolled: ['pwd'], groups: [], passwordHash, passwordChangedAt: null, disabledAt: null };
}

/** Signed in, and on to where they wanted to go: who chose the password just now need not enter it. */
export async function signedInAt(
  idp: Idp,
  req: Request,
  visit: Visit,
  account: SignInAccount,
  seeOther: string,
): Promise<Answer> {
  const proven = { account, amr: ['pwd'], forgiven: { keys: [], share: null }, effects: {} } as const;
  const cookies = await acceptProof(idp, askedOf(req), visit, proven);
  return { seeOther, cookies: cookies ?? [] };
}

/**
 * GET and POST of a link to a new account: what looks at links before people do only gets the form, which uses the link up. The form's
 * token is bound to the link: whoever has that reads what is sent to the address.
 */
export const accountByLink =
  <Found extends AccountToBe>(idp: Idp, links: AccountLinks<Found>): RequestHandler =>
  async (req, res) => {
    const link = String(req.params.link);
    const found = await links.find(hashToken(link));
    if (!found) throw linkGone();
    const { endpoint } = links;
    const aside = await asideAt(idp, req, linkPath(idp, endpoint, link));
    const opened = { link, endpoint, found, view: aside.view };
    if (req.method !== 'POST') return sendAnswer(idp, res, { page: page(idp, opened, { name: found.name }) });
    assertOwnForm(idp, req);
    const form = await readForm(req);
    assertCsrfToken(idp.csrfKey, link, purpose, form.get('csrf'));
    const entered = enteredIn(form);
    const faults = await faultsOf(idp, opened, entered);
    if (faults) return sendAnswer(idp, res, { page: page(idp, opened, { name: entered.name, faults }), status: 422 });
    const goOn = await links.goingOn(req, aside, found);
    const account = await createAccount(idp, req, opened, entered, links.use);
    const answer = await goOn(account);
    const able = toldAbility(presentedCookies(idp, req), form);
    sendAnswer(idp, res, { ...answer, cookies: [...(answer.cookies ?? []), ...able] });
  };
