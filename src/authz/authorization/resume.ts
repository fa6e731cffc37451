import type { Request, RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken, hmacSha256 } from '../../crypto/digest.js';
import { readQuery } from '../../http/request/form.js';
import { assertKnownClient } from '../../protocol/authorization/authorization-request.js';
import { successResponse } from '../../protocol/authorization/authorization-response.js';
import { decideResumption } from '../../protocol/authorization/resumption.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { matchRedirectUri } from '../../protocol/redirect-uri.js';
import { requiredParameter } from '../../protocol/token/token-request.js';
import { auditOf } from '../../storage/audit-context.js';
import { findInteractionByHandle, type RedeemedInteraction, redeemInteraction } from '../../storage/interactions.js';
import { announce } from '../audit.js';
import type { Authz } from '../deps.js';
import { presentedBindings } from './browser-binding.js';
import { ResumptionError } from './page-errors.js';
import { sendAuthorizationError, sendAuthorizationResponse } from './send-authorization-response.js';

/** A visit to /resume: the handle that idp sent along, and the marks that the browser brought. */
interface Visit {
  readonly handleHash: Buffer;
  readonly authzBrowserHashes: readonly Buffer[];
  readonly code: string;
  readonly codeHash: Buffer;
}

function readVisit(deps: Authz, req: Request): Visit {
  const handle = requiredParameter(readQuery(req), 'handle');
  const code = hmacSha256(deps.codeKey, handle).toString('base64url');
  return {
    handleHash: hashToken(handle),
    authzBrowserHashes: presentedBindings(deps, req),
    code,
    codeHash: hashToken(code),
  };
}

/** Redeems the handle, and with it the interaction: authorization grant, code and audit row come into being together. */
const redeem = (deps: Authz, req: Request, visit: Visit, now: Date): Promise<RedeemedInteraction | null> =>
  redeemInteraction(deps.sql, {
    handleHash: visit.handleHash,
    authzBrowserHashes: visit.authzBrowserHashes,
    now,
    authorizationGrantId: deps.random.uuid(),
    codeHash: visit.codeHash,
    codeExpiresAt: after(now, deps.config.lifetimes.authorizationCode),
    audit: auditOf(deps, req),
  });

/** What of a handle that was not redeemed is sent nevertheless; a page else. */
async function answerAgain(deps: Authz, visit: Visit, now: Date): Promise<RedeemedInteraction> {
  const found = await findInteractionByHandle(deps.sql, { ...visit, now });
  const facts = found && { ...found, failed: 'error' in found.outcome, prompts: found.request.prompts };
  const decision = decideResumption(facts, now);
  if (found && decision.kind === 'repeat') return found;
  if (found && decision.kind === 'refused') return { ...found, outcome: { error: decision.error } };
  throw new ResumptionError(decision.kind === 'page' ? decision.reason : 'gone');
}

/** The client may have been disabled, or its URIs changed, since it asked. */
async function assertStillRegistered({ clients }: Authz, { clientId, request }: RedeemedInteraction) {
  const registered = assertKnownClient(await clients.get(clientId)).metadata.redirect_uris;
  return matchRedirectUri({ registered, requested: request.redirectUri, openid: true });
}

/** GET /resume: idp is done, the answer goes to the client (RFC 6749 §4.1.2) */
export const resume =
  (deps: Authz): RequestHandler =>
  async (req, res) => {
    const visit = readVisit(deps, req);
    const now = deps.clock.now();
    const redeemed = await redeem(deps, req, visit, now);
    const { clientId, request, outcome } = redeemed ?? (await answerAgain(deps, visit, now));
    const redirectUri = await assertStillRegistered(deps, { clientId, request, outcome });
    const target = { clientId, redirectUri, responseMode: request.responseMode, state: request.state };
    if ('error' in outcome) {
      sendAuthorizationError(deps, res, target, new OAuthError(outcome.error));
      return;
    }
    if (redeemed) announce(deps, 'authorization_code_issued', { clientId, userId: outcome.userId });
    sendAuthorizationResponse(deps, res, successResponse(target, deps.config.issuer, visit.code));
  };
