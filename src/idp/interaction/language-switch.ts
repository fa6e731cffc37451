import type { Request, RequestHandler } from 'express';
import { asLanguage } from '../../pages/view.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from './answer.js';
import { languageCookie } from './cookies.js';
import { languageRequest } from './paths.js';

/**
 * Stands before a page that can be shown again by GET: `?language=de` keeps the choice in a cookie and shows the page in it.
 * What the request itself wished for is left out of its query, so that the choice counts.
 */
export const languageSwitch =
  (idp: Idp, pathOf: (req: Request) => string): RequestHandler =>
  (req, res, next) => {
    const query = new URLSearchParams(req.url.split('?')[1]);
    const language = asLanguage(query.get('language') ?? undefined);
    if (req.method !== 'GET' || language === undefined) return next();
    query.delete('language');
    query.delete('ui_locales');
    const { interaction } = req.params as { interaction?: string };
    const request = interaction === undefined ? undefined : languageRequest({ interactionId: interaction });
    const seeOther = query.size > 0 ? `${pathOf(req)}?${query}` : pathOf(req);
    sendAnswer(idp, res, { seeOther, cookies: [languageCookie(idp, language, request)] });
  };
