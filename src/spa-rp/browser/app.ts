import type { RuntimeConfiguration } from '../runtime-configuration.js';
import { create, element } from './elements.js';
import { explain, explainAnswer, type Step } from './explain.js';
import { type ApiMethod, createRelyingParty, type Session, type StepUp, stepUpOf } from './relying-party.js';
import { takeSession, takeSignOut } from './tab-memory.js';
import * as view from './view.js';

const runtime = JSON.parse(element('configuration').textContent ?? '') as RuntimeConfiguration;
const parties = { issuer: new URL(runtime.issuer).host, api: new URL(runtime.api).host };
const party = createRelyingParty(runtime);

/** The only place where tokens are. */
let session: Session | undefined;
let busy = false;

function signInButton(label: string, stepUp: StepUp = {}): HTMLElement {
  const button = create('button', label, 'button second');
  button.setAttribute('type', 'button');
  button.addEventListener('click', () => signIn(stepUp));
  return button;
}

/** One thing at a time, so that a double click is one request; whatever fails is told in words. */
async function attempt(step: Step, doing: string, work: () => Promise<void>): Promise<void> {
  if (busy) return;
  busy = true;
  view.clearProblem();
  view.showBusy(doing);
  try {
    await work();
  } catch (error) {
    view.showProblem(
      explain(error, step, parties),
      session && step !== 'api' ? signInButton('Sign in again') : undefined,
    );
  } finally {
    busy = false;
    view.showBusy('');
  }
}

const withSession = (step: Step, doing: string, work: (current: Session) => Promise<void>) => () =>
  attempt(step, doing, async () => {
    if (session) await work(session);
  });

function signIn(stepUp: StepUp = {}): void {
  void attempt('sign-in', `Going to ${parties.issuer} …`, () => party.signIn({ stepUp }));
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

const call = (method: ApiMethod) =>
  withSession('api', `Asking ${parties.api} …`, async (current) => {
    const answer = await party.callApi(current, method);
    view.showAnswer(
      `${method} ${new URL(runtime.api).pathname}`,
      `${answer.status} ${answer.statusText}`,
      parsed(answer.body),
    );
    const explanation = explainAnswer(answer, parties);
    const stepUp = stepUpOf(answer);
    if (explanation) view.showProblem(explanation, stepUp && signInButton('Confirm it is you', stepUp));
  });

const refresh = withSession('refresh', 'Refreshing the tokens …', async (current) => {
  session = await party.refresh(current);
  view.showSession(session);
  view.showAnswer('POST token', 'new tokens', undefined);
});

const userinfo = withSession('userinfo', 'Asking who you are …', async (current) => {
  const claims = await party.userinfo(current);
  view.showUserinfo(claims);
  view.showAnswer('GET userinfo', '200 OK', claims);
});

const signOut = withSession('sign-out', `Going to ${parties.issuer} …`, async (current) => {
  takeSession();
  await party.signOut(current);
});

function listen(): void {
  const handlers: Readonly<Record<string, () => void>> = {
    'sign-in': () => signIn(),
    'sign-out': signOut,
    refresh,
    userinfo,
    'call-api': call('GET'),
    'call-api-post': call('POST'),
    'call-api-delete': call('DELETE'),
  };
  for (const [id, handler] of Object.entries(handlers)) element(id).addEventListener('click', handler);
  setInterval(() => session && view.showLife(session), 1000);
  // The back button may bring the page back as it was left, tokens and all, although somebody has signed out meanwhile.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
}

/** Back from the issuer. The answer leaves the address bar before anything else happens: a code is nobody's to copy. */
async function comeBack(): Promise<void> {
  const answer = new URL(location.href);
  history.replaceState(null, '', '/');
  await attempt('sign-in', 'Receiving the tokens …', async () => {
    session = await party.completeSignIn(answer);
  });
  if (session) view.showSession(session, { arrived: true });
  else view.showWelcome();
}

/** After a sign-out the issuer sends back the state that went with it; only then is it really done. */
function greet(): void {
  const state = new URLSearchParams(location.search).get('state');
  const signedOut = takeSignOut();
  if (location.search !== '') history.replaceState(null, '', '/');
  view.showWelcome();
  if (signedOut !== null && signedOut === state) {
    view.showNotice({ title: 'You are signed out', words: 'Here and at the identity provider.' });
  }
}

async function start(): Promise<void> {
  // Redirect URIs are registered for one origin: under another name of this host the answer would find no sign-in.
  if (location.origin !== runtime.origin) return location.replace(`${runtime.origin}/`);
  view.showSurroundings(runtime);
  listen();
  if (location.pathname === '/callback') return comeBack();
  greet();
  if (takeSession()) await attempt('sign-in', 'Signing in again …', () => party.signIn({ silent: true }));
}

void start();
