import type { Request, RequestHandler } from 'express';
import { asLanguage } from '../../pages/view.js';
import { languageCookie } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from './answer.js';
import { languageRequest } from './paths.js';

function interactionOf({ params }: Request): string | undefined {
  const { interaction } = params as { interaction?: string };
  return interaction === undefined ? undefined : languageRequest({ interactionId: interaction });
}

/**
 * Stands before a page that can be shown again by GET: `?language=de` keeps the choice in a cookie and shows the page in it.
 * What the request itself wished for is left out of its query, so that the choice counts.
 * @param requestOf names what the page belongs to: there the choice outdoes other wishes
 */
export const languageSwitch =
  (
    idp: Idp,
    pathOf: (req: Request) => string,
    requestOf: (req: Request) => string | undefined = interactionOf,
  ): RequestHandler =>
  (req, res, next) => {
    const query = new URLSearchParams(req.url.split('?')[1]);
    const language = asLanguage(query.get('language') ?? undefined);
    if (req.method !== 'GET' || language === undefined) return next();
    query.delete('language');
    query.delete('ui_locales');
    const seeOther = query.size > 0 ? `${pathOf(req)}?${query}` : pathOf(req);
    sendAnswer(idp, res, { seeOther, cookies: [languageCookie(idp, language, requestOf(req))] });
  };
