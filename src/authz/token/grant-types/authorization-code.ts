import { hashToken } from '../../../crypto/digest.js';
import { bringsRefreshToken } from '../../../protocol/client/client-metadata.js';
import { faults } from '../../../protocol/fault-sentences.js';
import { OAuthError } from '../../../protocol/oauth-error.js';
import {
  type AuthorizationCodeRequest,
  assertCodeBinding,
  type CodeDecision,
  decideCode,
  invalidGrant,
} from '../../../protocol/token/token-request.js';
import type { IssuedTokens } from '../../../protocol/token/token-response.js';
import {
  type FoundCode,
  findAuthorizationCode,
  redeemAuthorizationCode,
} from '../../../storage/tokens/authorization-code.js';
import { linkTrace } from '../../../telemetry/tracing/tracing.js';
import type { Authz } from '../../deps.js';
import { grantedAuthority } from '../granted-authority.js';
import { issueTokens, planTokens, storedTokens } from '../issue-tokens.js';
import { endReusedGrant } from '../reuse.js';
import type { TokenRequestContext } from '../token-request-context.js';

function bindingFault({ payload }: FoundCode, request: AuthorizationCodeRequest): OAuthError | undefined {
  try {
    assertCodeBinding(payload, request);
    return undefined;
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
}

/** What does not fit is told of a code that would be redeemed; of any other it would tell that it was once good. */
function assertBound(code: FoundCode, request: AuthorizationCodeRequest, { kind }: CodeDecision): void {
  const fault = bindingFault(code, request);
  if (fault) throw kind === 'redeem' ? fault : invalidGrant(faults.codeNotUsable, fault.detail);
}

/**
 * The code, with every rule applied to it. What it is bound to comes first: whoever saw a used code pass by, in a log or a
 * history, has neither its verifier nor its redirect URI, and must not be able to end the owner's grant (RFC 6749 §4.1.3).
 * @throws OAuthError invalid_grant
 */
async function findOwnCode(
  authz: Authz,
  context: TokenRequestContext,
  request: AuthorizationCodeRequest,
): Promise<FoundCode> {
  const code = await findAuthorizationCode(authz.sql, hashToken(request.code));
  if (!code) throw invalidGrant(faults.codeNotUsable, 'the code is unknown');
  linkTrace(code.payload.traceparent);
  const decision = decideCode(code, { clientId: context.client.clientId, now: authz.clock.now() });
  assertBound(code, request, decision);
  if (decision.kind === 'reuse') throw await endReusedGrant(authz, context, code, faults.codeNotUsable);
  if (decision.kind === 'refuse') throw invalidGrant(faults.codeNotUsable, decision.detail);
  return code;
}

/**
 * The code as this process issued it, where nothing speaks against it but what has happened since: the statement that redeems it
 * asks that.
 */
function knownCode(
  authz: Authz,
  context: TokenRequestContext,
  request: AuthorizationCodeRequest,
): FoundCode | undefined {
  const code = authz.codesHandedOut.take(hashToken(request.code));
  if (!code) return undefined;
  const { kind } = decideCode(code, { clientId: context.client.clientId, now: authz.clock.now() });
  if (kind !== 'redeem' || bindingFault(code, request)) return undefined;
  linkTrace(code.payload.traceparent);
  return code;
}

/**
 * Tokens for a code (RFC 6749 §4.1.3). All rules are checked and the tokens signed before the code is redeemed, so that a
 * mistake does not burn it; of several requests that come this far, one redeems it and any other ends what it issued.
 * @throws OAuthError invalid_grant, invalid_target
 */
export async function exchangeCode(
  authz: Authz,
  context: TokenRequestContext,
  request: AuthorizationCodeRequest,
): Promise<IssuedTokens> {
  const valueHash = hashToken(request.code);
  const code = knownCode(authz, context, request) ?? (await findOwnCode(authz, context, request));
  const authority = grantedAuthority(authz, context.client, code, { resource: request.resource, scopes: [] });
  const refreshes = bringsRefreshToken(context.client.metadata, authority.scopes);
  const plan = planTokens(authz, context, refreshes ? authz.random.token() : undefined);
  const tokens = await issueTokens(authz, plan, authority, { grant: code, nonce: code.payload.nonce });
  const { clientId } = context.client;
  const { userId, sessionId, authorizationGrantId } = code;
  const detail = { grant_type: request.grant_type, scopes: authority.scopes };
  const event = { type: 'token_issued', clientId, userId, sessionId, authorizationGrantId, detail } as const;
  const redeemed = await authz.events.recordWith(context.asked, event, (audit) => {
    const redemption = { valueHash, clientId, issued: storedTokens(plan, authority), now: plan.now, audit };
    return redeemAuthorizationCode(authz.sql, redemption);
  });
  if (redeemed) return tokens;
  await findOwnCode(authz, context, request); // throws what kept it from being redeemed
  throw invalidGrant(faults.codeNotUsable, 'the code could not be redeemed');
}
