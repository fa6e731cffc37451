import type { Request, RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken, hmacSha256 } from '../../crypto/digest.js';
import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { viewFor } from '../../pages/view.js';
import { formatUserCode, parseUserCode } from '../../protocol/authorization/user-code.js';
import { startDeviceInteraction } from '../../storage/grants/device-authorizations.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import { currentTraceparent } from '../../telemetry/tracing/tracing.js';
import { browserCookie, type PresentedCookies, presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { devicePath, hubPath } from '../interaction/paths.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { tooManyUserCodes } from './refusal.js';
import { renderVerificationPage, type VerificationPage } from './verification-page.js';

const purpose = 'device';

type Shown = Pick<VerificationPage, 'userCode' | 'isRefused'>;

/** The form is bound to the browser's cookie, which comes with the page where there is none yet. */
function page(idp: Idp, cookies: PresentedCookies, shown: Shown): Answer {
  const browser = cookies.browser ?? idp.random.token(16);
  const code = shown.userCode === undefined ? undefined : parseUserCode(shown.userCode);
  const here = devicePath(idp) + (code === undefined ? '' : `?user_code=${formatUserCode(code)}`);
  const rendered = renderVerificationPage(viewFor(idp.brand, cookies.reader, { here }), {
    ...shown,
    action: devicePath(idp),
    csrf: csrfToken(idp.csrfKey, browser, purpose),
  });
  const answer = { page: rendered, ...(shown.isRefused ? { status: 422 } : {}) };
  return cookies.browser === undefined ? { ...answer, cookies: [browserCookie(idp, browser)] } : answer;
}

/** @throws PageRefusal */
function assertRoom({ userCodeLimits }: Idp, asked: Asked): void {
  const wait = userCodeLimits.take(asked);
  if (wait === 0) return;
  metrics.turnedAway({ what: 'interaction', reason: 'address' });
  throw tooManyUserCodes(wait);
}

/** Opens an interaction about the device that shows this code. @returns the secret of its URL; undefined when there is none */
async function begin(idp: Idp, userCode: string): Promise<string | undefined> {
  const interactionId = idp.random.token(16);
  const now = idp.clock.now();
  const isStarted = await startDeviceInteraction(idp.sql, {
    userCodeHashes: idp.userCodeKeys.map((key) => hmacSha256(key, userCode)),
    idHash: hashToken(interactionId),
    now,
    expiresAt: after(now, idp.config.lifetimes.interaction),
    traceparent: currentTraceparent(),
  });
  return isStarted ? interactionId : undefined;
}

async function enter(idp: Idp, req: Request): Promise<Answer> {
  assertOwnForm(idp, req);
  const form = await readForm(req);
  const cookies = presentedCookies(idp, req);
  assertCsrfToken(idp.csrfKey, cookies.browser ?? '', purpose, form.get('csrf'));
  const entered = form.get('user_code');
  const userCode = parseUserCode(entered ?? '');
  if (userCode === undefined) return page(idp, cookies, { userCode: entered, isRefused: true });
  assertRoom(idp, askedOf(req));
  const interactionId = await begin(idp, userCode);
  if (interactionId !== undefined) return { seeOther: hubPath(idp, { interactionId }) };
  idp.userCodeLimits.countWrong();
  return page(idp, cookies, { userCode: entered, isRefused: true });
}

/**
 * GET and POST /device (RFC 8628 §3.3): somebody enters the code that their device shows. One that came in the link is filled in, and
 * never entered by itself: whoever looks at the page compares it with their device (RFC 8628 §3.3.1, §5.4).
 */
export const device =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    if (req.method === 'POST') return sendAnswer(idp, res, await enter(idp, req));
    const userCode = new URLSearchParams(req.url.split('?')[1]).get('user_code') ?? undefined;
    sendAnswer(idp, res, page(idp, presentedCookies(idp, req), { userCode, isRefused: false }));
  };
