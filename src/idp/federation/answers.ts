import { type ErrorPage, renderErrorPage } from '../../pages/error.js';
import type { Texts } from '../../pages/texts/en.js';
import { UnavailableError } from '../../protocol/unavailable-error.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { hubPath } from '../interaction/paths.js';
import type { Visit } from '../interaction/visit.js';
import { reasonOf, type Upstream } from './upstream.js';

type Words = Pick<ErrorPage, 'status' | 'title' | 'message'>;

/** A page on which somebody is told why a provider did not get them in, and offered to sign in another way. */
export function refusedAnswer(
  idp: Idp,
  { provider: { name } }: Upstream,
  visit: Visit,
  wordsOf: (text: Texts['federation'], name: string) => Words,
): Answer {
  const { federation: text } = visit.view.texts;
  const words = wordsOf(text, name);
  const action = { href: hubPath(idp, visit, 'otherAccount'), label: text.otherWay };
  return { page: renderErrorPage(visit.view, { ...words, action }), status: words.status };
}

/** Nothing came of it because of the provider. @throws what is our own failure */
export function failedAnswer(idp: Idp, upstream: Upstream, visit: Visit, error: unknown): Answer {
  if (error instanceof UnavailableError) throw error;
  metrics.signIn({ result: 'provider_failed' });
  idp.log.warn('identity provider failed', { provider: upstream.provider.id, reason: reasonOf(error) });
  return refusedAnswer(idp, upstream, visit, (text, name) => ({
    status: 502,
    title: text.failedTitle(name),
    message: text.failed(name),
  }));
}
