import { type ErrorPage, renderErrorPage } from '../../pages/error.js';
import type { Texts } from '../../pages/texts/en.js';
import type { View } from '../../pages/view.js';
import { UnavailableError } from '../../protocol/unavailable-error.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { accountPath, hubPath } from '../interaction/paths.js';
import type { Visit } from '../interaction/visit.js';
import { reasonOf, type Upstream } from './upstream.js';

type Words = Pick<ErrorPage, 'status' | 'title' | 'message'>;

/** Where somebody came from who was sent to a provider. */
export interface Departed {
  readonly view: View;
  readonly wayOn: { readonly href: string; readonly label: string };
}

/** From the sign-in page, where there are other ways. */
export const fromSignIn = (idp: Idp, visit: Visit): Departed => ({
  view: visit.view,
  wayOn: { href: hubPath(idp, visit, 'otherAccount'), label: visit.view.texts.federation.otherWay },
});

/** From the account page with what is linked. */
export const fromLinks = (idp: Idp, view: View): Departed => {
  const href = accountPath(idp, 'accountLinks');
  return { view: { ...view, here: href }, wayOn: { href, label: view.texts.federation.backToLinks } };
};

/** A page on which somebody is told why nothing came of it, with a way on. */
export function refusedAnswer(
  { provider: { name } }: Upstream,
  { view, wayOn }: Departed,
  wordsOf: (text: Texts['federation'], name: string) => Words,
): Answer {
  const words = wordsOf(view.texts.federation, name);
  return { page: renderErrorPage(view, { ...words, action: wayOn }), status: words.status };
}

/** Nothing came of it because of the provider. @throws what is our own failure */
export function failedAnswer(idp: Idp, upstream: Upstream, departed: Departed, error: unknown): Answer {
  if (error instanceof UnavailableError) throw error;
  metrics.signIn({ result: 'provider_failed' });
  idp.log.warn('identity provider failed', { provider: upstream.provider.id, reason: reasonOf(error) });
  return refusedAnswer(upstream, departed, (text, name) => ({
    status: 502,
    title: text.failedTitle(name),
    message: text.failed(name),
  }));
}
