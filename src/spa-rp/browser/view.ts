import type { RuntimeConfiguration } from '../runtime-configuration.js';
import { create, element, showJson } from './elements.js';
import type { Explanation } from './explain.js';
import type { Session } from './relying-party.js';
import { clearTokens, showToken } from './token-panel.js';

const show = (id: string, visible: boolean): void => {
  element(id).hidden = !visible;
};

/** Fills in what only the configuration knows. */
export function showSurroundings(runtime: RuntimeConfiguration): void {
  element('issuer-host').textContent = new URL(runtime.issuer).host;
  element('api-url').textContent = runtime.api;
  element('scopes').replaceChildren(
    ...runtime.scope.split(' ').flatMap((scope) => [create('code', scope, 'scope'), ' ']),
  );
}

export function showWelcome(): void {
  show('signed-in', false);
  show('welcome', true);
  element('state').textContent = 'Not signed in';
  element('state').className = 'badge';
  clearTokens();
  clearAnswer();
}

/** A name, or none as long as userinfo has not been asked: the subject is no name. */
function showPerson(name: string): void {
  element('account-title').textContent = name === '' ? 'You are signed in' : `Hello, ${name}`;
  element('avatar').textContent = name === '' ? '✓' : name.slice(0, 1).toUpperCase();
}

/** Beside each call, whether the token carries what it needs: a refusal is then no surprise. */
function showScopes(scopes: readonly string[]): void {
  for (const badge of document.querySelectorAll<HTMLElement>('[data-scope]')) {
    const granted = scopes.includes(badge.dataset.scope ?? '');
    badge.textContent = granted ? 'granted' : 'not granted';
    badge.className = granted ? 'badge good' : 'badge';
  }
}

/** Shows a session; `arrived` moves the focus to it, for whoever cannot see that the page has changed. */
export function showSession(session: Session, { arrived = false } = {}): void {
  show('welcome', false);
  show('signed-in', true);
  if (arrived) showPerson('');
  element('subject').replaceChildren('Known here as ', create('code', session.subject));
  showScopes(session.scopes);
  showToken('id-token', session.idToken);
  showToken('access-token', session.accessToken);
  showLife(session);
  if (arrived) element('account-title').focus();
}

const minutes = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** How long the access token is still good; called every second. */
export function showLife({ receivedAt, expiresAt }: Session): void {
  const left = expiresAt === undefined ? 0 : Math.max(0, expiresAt - Date.now());
  const known = expiresAt !== undefined;
  const expired = known && left === 0;
  element('life').textContent = expired
    ? 'The access token has expired. Refresh it.'
    : `Access token ${known ? `good for ${minutes(left)} more` : 'of unknown life'}`;
  element('gauge').style.inlineSize = known ? `${(100 * left) / Math.max(1, expiresAt - receivedAt)}%` : '100%';
  element('state').textContent = expired ? 'Token expired' : 'Signed in';
  element('state').className = expired ? 'badge old' : 'badge good';
}

export function showUserinfo(userinfo: Readonly<Record<string, unknown>>): void {
  const name = userinfo.name ?? userinfo.preferred_username ?? userinfo.email;
  showPerson(typeof name === 'string' ? name : '');
}

/** An answer: one line that is read out, and the body below it. */
export function showAnswer(question: string, status: string, body: unknown): void {
  const good = /^2|^new/.test(status);
  const summary = [create('code', question), ' → ', create('span', status, good ? 'badge good' : 'badge wrong')];
  element('result-summary').replaceChildren(...summary);
  const pre = element('result-body');
  pre.hidden = body === undefined || body === '';
  if (typeof body === 'string') pre.textContent = body;
  else if (body !== undefined) showJson(pre, body);
}

function clearAnswer(): void {
  element('result-summary').replaceChildren(create('span', 'Nothing has been asked yet.', 'quiet'));
  element('result-body').hidden = true;
}

/** Says that something went wrong, in words; `action` is what can be done about it right there. */
export function showProblem({ title, words, code }: Explanation, action?: HTMLElement): void {
  const problem = element('error');
  problem.replaceChildren(create('h2', title), create('p', words), ...(code ? [create('code', code)] : []));
  if (action) problem.append(action);
  problem.hidden = false;
}

export function showNotice({ title, words }: Explanation): void {
  element('notice').replaceChildren(create('strong', title), ' ', words);
  show('notice', true);
}

export function clearProblem(): void {
  show('error', false);
  show('notice', false);
}

/** Says what the page is waiting for; an empty text ends it. */
export function showBusy(text: string): void {
  element('busy').textContent = text;
  document.body.toggleAttribute('data-busy', text !== '');
  for (const button of document.querySelectorAll('button')) button.setAttribute('aria-disabled', String(text !== ''));
}
