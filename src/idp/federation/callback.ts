import type { RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readQuery } from '../../http/request/form.js';
import { noteRequestedLanguages } from '../../pages/error-pages.js';
import { isStaleSignIn } from '../../protocol/sign-in/federation.js';
import { type RedeemedFederation, redeemFederation } from '../../storage/federation/federation-requests.js';
import { type PresentedCookies, presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { accountPath, federationCallbackUrl, hubPath } from '../interaction/paths.js';
import { federationGone } from '../interaction/refusal.js';
import { readVisit, type Visit } from '../interaction/visit.js';
import { type Departed, failedAnswer, fromLinks, fromSignIn, refusedAnswer } from './answers.js';
import { linkToAccount } from './link.js';
import { signInByProvider } from './sign-in.js';
import { type Upstream, UpstreamDenialError, type UpstreamIdentity } from './upstream.js';

/** @throws PageRefusal when this browser is not on its way back from this provider */
async function redeem(
  idp: Idp,
  { provider }: Upstream,
  state: string | undefined,
  { browser }: PresentedCookies,
): Promise<RedeemedFederation> {
  if (state === undefined || browser === undefined) throw federationGone();
  const answer = { stateHash: hashToken(state), provider: provider.id, browserHash: hashToken(browser) };
  const redeemed = await redeemFederation(idp.sql, idp.config.keyEncryptionKeys, { ...answer, now: idp.clock.now() });
  if (!redeemed) throw federationGone();
  return redeemed;
}

interface Return {
  readonly upstream: Upstream;
  readonly visit: Visit;
  readonly request: RedeemedFederation;
  /** The redirect URI with everything that came with it. */
  readonly answer: URL;
  readonly asked: Asked;
}

const departedFrom = (idp: Idp, { visit, request }: Return): Departed =>
  request.linkTo === undefined ? fromSignIn(idp, visit) : fromLinks(idp, visit.view);

/** Whom the provider vouches for, or what is answered where it does not. */
async function identify(
  idp: Idp,
  back: Return,
): Promise<{ readonly identity: UpstreamIdentity } | { readonly answer: Answer }> {
  const { upstream, answer, visit, request } = back;
  const { nonce, codeVerifier, linkTo } = request;
  const redirectUri = federationCallbackUrl(idp, upstream.provider.id);
  const state = answer.searchParams.get('state') ?? '';
  try {
    return { identity: await upstream.identify(answer, { redirectUri, state, nonce, codeVerifier }) };
  } catch (error) {
    if (!(error instanceof UpstreamDenialError))
      return { answer: failedAnswer(idp, upstream, departedFrom(idp, back), error) };
    return { answer: { seeOther: linkTo === undefined ? hubPath(idp, visit) : accountPath(idp, 'accountLinks') } };
  }
}

async function arrive(idp: Idp, back: Return): Promise<Answer> {
  const found = await identify(idp, back);
  if ('answer' in found) return found.answer;
  const { identity } = found;
  const { upstream, visit, asked, request } = back;
  const { freshSince, linkTo } = request;
  if (isStaleSignIn(identity.claims, freshSince === undefined ? undefined : new Date(freshSince))) {
    return refusedAnswer(upstream, departedFrom(idp, back), (text, name) => ({
      status: 403,
      title: text.staleTitle(name),
      message: text.stale(name),
    }));
  }
  if (linkTo !== undefined) return linkToAccount(idp, { upstream, identity, visit, asked, linkTo });
  return signInByProvider(idp, { upstream, identity, visit, asked });
}

/**
 * The redirect URI at one provider (RFC 9700 §4.4.2): only its answers are taken here, in the browser that was sent there, once. A second
 * one shows where things stand.
 */
export const federationCallback =
  (idp: Idp, upstream: Upstream): RequestHandler =>
  async (req, res) => {
    const cookies = presentedCookies(idp, req);
    const request = await redeem(idp, upstream, readQuery(req).get('state'), cookies);
    const visit = await readVisit(idp, request.interactionId, cookies);
    noteRequestedLanguages(res, visit.request.uiLocales);
    if (!request.isFirst || visit.outcome) return sendAnswer(idp, res, { seeOther: hubPath(idp, visit) });
    const answer = new URL(federationCallbackUrl(idp, upstream.provider.id));
    answer.search = req.url.split('?')[1] ?? '';
    sendAnswer(idp, res, await arrive(idp, { upstream, visit, request, answer, asked: askedOf(req) }));
  };
