import type { Request, RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken, hmacSha256 } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readQuery } from '../../http/request/form.js';
import { noteRequestedLanguages } from '../../pages/error-pages.js';
import { requireKnownClient } from '../../protocol/authorization/authorization-request.js';
import { decideResumption } from '../../protocol/authorization/resumption.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { requireParameter } from '../../protocol/parameters.js';
import { matchRedirectUri, type RegisteredRedirectUri } from '../../protocol/redirect-uri.js';
import {
  type CollectedInteraction,
  findInteractionByHandle,
  type RedeemedInteraction,
  redeemInteraction,
} from '../../storage/interactions/interaction-redemption.js';
import { linkTrace } from '../../telemetry/tracing/tracing.js';
import type { Authz } from '../deps.js';
import { presentedBindings } from './browser-binding.js';
import { resumptionRefused } from './resumption-refusal.js';
import { sendAuthorizationError, sendCode } from './send-authorization-response.js';
import { presentedSession, rememberSession } from './single-sign-on.js';

/** The handle that idp sent along, and the marks that the browser brought. */
interface PresentedHandle {
  readonly handleHash: Buffer;
  readonly authzBrowserHashes: readonly Buffer[];
  readonly code: string;
  readonly codeHash: Buffer;
  readonly currentSecretHash: Buffer | null;
}

function readHandle(authz: Authz, req: Request): PresentedHandle {
  const handle = requireParameter(readQuery(req), 'handle');
  const code = hmacSha256(authz.codeKey, handle).toString('base64url');
  return {
    handleHash: hashToken(handle),
    authzBrowserHashes: presentedBindings(authz, req),
    code,
    codeHash: hashToken(code),
    currentSecretHash: presentedSession(authz, req),
  };
}

/** What a redemption is given besides what the browser presented. */
interface Redemption {
  readonly now: Date;
  /** By which authz may know the session from now on. */
  readonly newSecret: string;
}

/** Redeems the handle, and with it the interaction: authorization grant, code and audit row come into being together. */
const redeem = (
  authz: Authz,
  asked: Asked,
  presented: PresentedHandle,
  { now, newSecret }: Redemption,
): Promise<RedeemedInteraction | null> =>
  authz.events.recordWith(
    asked,
    { type: 'authorization_code_issued' },
    (audit) =>
      redeemInteraction(authz.sql, {
        handleHash: presented.handleHash,
        authzBrowserHashes: presented.authzBrowserHashes,
        currentSecretHash: presented.currentSecretHash,
        newSecretHash: hashToken(newSecret),
        now,
        authorizationGrantId: authz.random.uuid(),
        codeHash: presented.codeHash,
        codeExpiresAt: after(now, authz.config.lifetimes.authorizationCode),
        audit,
      }),
    ({ clientId, outcome }) => ('error' in outcome ? null : { clientId, ...outcome }),
  );

/** A handle that could not be redeemed may still get the previous answer or an error redirect; otherwise a page. */
async function answerAgain(authz: Authz, presented: PresentedHandle, now: Date): Promise<CollectedInteraction> {
  const found = await findInteractionByHandle(authz.sql, { ...presented, now });
  const facts = found && { ...found, failed: 'error' in found.outcome, prompts: found.request.prompts };
  const decision = decideResumption(facts, now);
  if (found && decision.kind === 'repeat') return found;
  if (found && decision.kind === 'refused') return { ...found, outcome: { error: decision.error } };
  throw resumptionRefused(decision.kind === 'page' ? decision.reason : 'gone');
}

/** The client may have been disabled, or its URIs changed, since it asked. */
async function requireRegisteredUri(
  { clients }: Authz,
  { clientId, request }: CollectedInteraction,
): Promise<RegisteredRedirectUri> {
  const { metadata } = requireKnownClient(await clients.get(clientId));
  return matchRedirectUri({
    registered: metadata.redirect_uris,
    requested: request.redirectUri,
    openid: true,
    native: metadata.application_type === 'native',
  });
}

/** GET /resume: idp is done, the answer goes to the client (RFC 6749 §4.1.2) */
export const resume =
  (authz: Authz): RequestHandler =>
  async (req, res) => {
    const presented = readHandle(authz, req);
    const now = authz.clock.now();
    const newSecret = authz.random.token();
    const redeemed = await redeem(authz, askedOf(req), presented, { now, newSecret });
    if (redeemed?.isNewlyKnown) rememberSession(authz, res, newSecret);
    const interaction = redeemed ?? (await answerAgain(authz, presented, now));
    linkTrace(interaction.traceparent);
    const { clientId, request, outcome } = interaction;
    noteRequestedLanguages(res, request.uiLocales);
    const redirectUri = await requireRegisteredUri(authz, interaction);
    const target = { clientId, redirectUri, responseMode: request.responseMode, state: request.state };
    if ('error' in outcome) {
      sendAuthorizationError(authz, req, res, target, new OAuthError(outcome.error));
      return;
    }
    const { sessionSecretHash } = interaction;
    const place = outcome.isKept ? 'kept' : 'current';
    const issued = { code: presented.code, sessionSecretHash, place } as const;
    sendCode(authz, req, res, { request, target, issued });
  };
