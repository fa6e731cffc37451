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
import { findSignUp, signUpByLink as storeSignUp } from '../../storage/people/sign-up.js';
import type { SignInAccount } from '../../storage/people/users.js';
import type { Idp } from '../deps.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { asideAt } from '../interaction/continued.js';
import { hubPath } from '../interaction/paths.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import type { Visit } from '../interaction/visit.js';
import { linkGone, linkPath } from '../mailed-link.js';
import { acceptProof } from '../sign-in/accept-proof.js';
import { type NewAccountFaults, renderNewAccountPage, renderWelcomePage } from './pages.js';

const purpose = 'sign_up';

const addressTaken = (): PageRefusal =>
  new PageRefusal(
    ({ signUp: text }) => ({ status: 409, title: text.takenTitle, message: text.taken }),
    'the address has got an account meanwhile',
  );

interface OpenedLink {
  readonly link: string;
  /** Where the mail with it went. */
  readonly email: string;
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
  { email, view }: OpenedLink,
  { name, password }: Entered,
): Promise<NewAccountFaults | undefined> {
  const isNamed = name !== '' && claimFault('name', name, idp.config.claims.scopes) === undefined;
  const problem = await idp.passwordCheck.problem(password, [email, name]);
  if (isNamed && !problem) return undefined;
  return { name: isNamed ? undefined : view.texts.signUp.noName, password: problem };
}

function page(idp: Idp, { link, email, view }: OpenedLink, shown: { name?: string; faults?: NewAccountFaults } = {}) {
  const csrf = csrfToken(idp.csrfKey, link, purpose);
  return renderNewAccountPage(idp, view, { email, action: linkPath(idp, 'signUpByLink', link), csrf, ...shown });
}

/** Of people who sign in by their address: nobody has to call themselves something besides. */
const usernameOf = (idp: Idp): string => `user-${idp.random.bytes(8).toString('hex')}`;

/** Makes the account: the link is used up, and its address proven. @throws PageRefusal */
async function createAccount(
  idp: Idp,
  req: Request,
  { link, email }: OpenedLink,
  { name, password }: Entered,
): Promise<SignInAccount> {
  const asked = askedOf(req);
  const passwordHash = await idp.passwords.hash(password, { block: addressBlock(asked.address ?? ''), known: false });
  const username = usernameOf(idp);
  const account = {
    id: idp.random.uuid(),
    username,
    usernameKey: identifierKey(username),
    emailKey: identifierKey(email),
    passwordHash,
    claims: { name },
    now: idp.clock.now(),
  };
  const event = { type: 'signed_up', userId: account.id } as const;
  let signedUp = 'gone';
  await idp.events.recordWith(asked, event, async (audit) => {
    signedUp = await storeSignUp(idp.sql, { ...account, secretHash: hashToken(link), audit });
    return signedUp === 'created';
  });
  if (signedUp === 'gone') throw linkGone();
  if (signedUp === 'taken') throw addressTaken();
  return { id: account.id, enrolled: ['pwd'], passwordHash, passwordChangedAt: null, disabledAt: null };
}

/** Signed in, and on with what they came from: who chose the password just now need not enter it. */
async function goOn(idp: Idp, req: Request, visit: Visit, account: SignInAccount): Promise<Answer> {
  const proven = { account, amr: ['pwd'], forgiven: { keys: [], share: null }, effects: {} } as const;
  const cookies = await acceptProof(idp, askedOf(req), visit, proven);
  return { seeOther: hubPath(idp, visit), cookies: cookies ?? [] };
}

/**
 * GET and POST /sign-up/:link: what looks at links before people do only gets the form, which uses the link up. The form's token is
 * bound to the link: whoever has that reads what is sent to the address.
 */
export const signUpByLink =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const link = String(req.params.link);
    const email = await findSignUp(idp.sql, hashToken(link), idp.clock.now());
    if (email === null) throw linkGone();
    const { visit, view, signIn } = await asideAt(idp, req, linkPath(idp, 'signUpByLink', link));
    const opened = { link, email, view };
    if (req.method !== 'POST') return sendAnswer(idp, res, { page: page(idp, opened) });
    assertOwnForm(idp, req);
    const form = await readForm(req);
    assertCsrfToken(idp.csrfKey, link, purpose, form.get('csrf'));
    const entered = enteredIn(form);
    const faults = await faultsOf(idp, opened, entered);
    if (faults) return sendAnswer(idp, res, { page: page(idp, opened, { name: entered.name, faults }), status: 422 });
    const account = await createAccount(idp, req, opened, entered);
    const welcome = (): Answer => ({ page: renderWelcomePage(view, signIn) });
    sendAnswer(idp, res, visit ? await goOn(idp, req, visit, account) : welcome());
  };
