/** The script of the frame that clients ask whether the session has changed (OIDC Session Management §3.2). */
import { checkSession } from './session-check.js';

const name = document.documentElement.dataset.cookie ?? '';

/** Read anew for each question, as another window changes it. */
function browserStates(): readonly string[] | undefined {
  const pair = document.cookie.split('; ').find((each) => each.startsWith(`${name}=`));
  return pair?.slice(name.length + 1).split('.');
}

/** An old browser, which does not know the question, hides none. */
const seesCookies = (): Promise<boolean> => document.hasStorageAccess?.().catch(() => false) ?? Promise.resolve(true);

function answer({ data, origin, source }: MessageEvent): void {
  if (typeof data !== 'string' || origin === 'null' || !source) return;
  const known = browserStates();
  const tell = (seen: boolean) => {
    const status = checkSession({ message: data, origin, browserStates: known, seesCookies: seen });
    (source as Window).postMessage(status, origin);
  };
  if (known === undefined) void seesCookies().then(tell);
  else tell(true);
}

addEventListener('message', answer);
