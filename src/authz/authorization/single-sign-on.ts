import type { Request, Response } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { askedOf } from '../../http/request/asked.js';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import { dueStep, momentAfter, signedInOutcome } from '../../protocol/authorization/due-step.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { mayMeanAnother } from '../../protocol/sign-in/accounts-in-browser.js';
import { codeOf, codePayload } from '../../storage/grants/code-issue.js';
import { touchInterval } from '../../storage/sessions/sessions.js';
import { type AnswerNotes, findSignedIn, issueCode, type SignedIn } from '../../storage/sessions/single-sign-on.js';
import { currentTraceparent } from '../../telemetry/tracing/tracing.js';
import type { Authz, AuthzGiven } from '../deps.js';
import type { IssuedCode } from './send-authorization-response.js';
import type { RequestTarget } from './validate-request.js';

/** Not named as idp's: both roles may be on one host. */
const cookie = 'authz_session';

/** The browser is known by this from now on. Gone with its window; how long it counts is decided by the session's row. */
export const rememberSession = ({ cookies }: AuthzGiven, res: Response, secret: string): void =>
  cookies.set(res, cookie, secret, { sameSite: 'Lax' });

/** Hash of the secret by which a browser is known, if it brings one. */
export function presentedSession({ cookies }: AuthzGiven, req: Request): Buffer | null {
  const secret = cookies.read(req, cookie);
  return secret !== undefined && /^[\w-]{43}$/.test(secret) ? hashToken(secret) : null;
}

/** An authorization request with nothing due, and the session that answers it. */
interface AnswerableRequest {
  readonly request: ValidatedAuthorizationRequest;
  readonly secretHash: Buffer;
  readonly signedIn: SignedIn;
}

/** What is to be noted beside the answer: nothing, where the client got another in this session within the last minute. */
function notesOf(authz: Authz, { request, signedIn: { session } }: AnswerableRequest, now: Date): AnswerNotes | null {
  const { pushedAs } = request;
  const isKnown = session.knowsClient || !request.scopes.includes('openid');
  if (isKnown && pushedAs === undefined && now.getTime() - session.lastSeenAt.getTime() < touchInterval) return null;
  return {
    pushedAs: pushedAs === undefined ? null : Buffer.from(pushedAs, 'hex'),
    idleAt: after(now, authz.config.lifetimes.sessionIdle),
  };
}

/** Stores a code that is random, where that of `/resume` is derived from its handle; else all is as there. */
async function issue(authz: Authz, req: Request, answerable: AnswerableRequest): Promise<IssuedCode | null> {
  const { request, secretHash, signedIn } = answerable;
  const { clientId, resources } = request;
  const { session, user } = signedIn;
  const { authTime } = session;
  const now = authz.clock.now();
  const code = authz.random.token();
  const { userId, sessionId, scopes, amr, acr, requestedClaims = null } = signedInOutcome(request, session);
  const granted = { userId, sessionId, scopes, resources, authTime, amr, acr, requestedClaims };
  const answer = {
    ...granted,
    clientId,
    payload: codePayload(request, currentTraceparent()),
    authorizationGrantId: authz.random.uuid(),
    codeExpiresAt: after(now, authz.config.lifetimes.authorizationCode),
  };
  const codeHash = hashToken(code);
  const notes = notesOf(authz, answerable, now);
  const { authorizationGrantId } = answer;
  const event = { type: 'authorization_code_issued', clientId, userId, sessionId, authorizationGrantId } as const;
  const issued = await authz.events.recordWith(askedOf(req), event, (audit) =>
    issueCode(authz.sql, { ...answer, codeHash, now, secretHash, audit }, notes),
  );
  if (!issued) return null;
  authz.codesHandedOut.keep(codeHash, codeOf(answer, user));
  return { code, sessionSecretHash: session.secretHash, place: 'current' };
}

/**
 * Answers a request at once where the browser's session is known here and nothing is due (OIDC Core §3.1.2.3).
 * @returns a code, or null where idp has to be asked: nobody is known, something is due, the user consented to nothing, the session has
 * just ended, or it has had as many codes as one address block may begin sign-ins
 * @throws OAuthError for the client, with prompt=none only (OIDC Core §3.1.2.6)
 */
export async function codeAtOnce(
  authz: Authz,
  req: Request,
  { client }: RequestTarget,
  request: ValidatedAuthorizationRequest,
): Promise<IssuedCode | null> {
  const secretHash = presentedSession(authz, req);
  if (!secretHash) return null;
  const now = authz.clock.now();
  const signedIn = await findSignedIn(authz.sql, { secretHash, clientId: client.clientId, now });
  if (!signedIn) return null;
  // Somebody else's session in this browser may be meant, which idp alone knows.
  if (signedIn.session.sharesBrowser && mayMeanAnother(request, signedIn.session.userId)) return null;
  const facts = { ...signedIn, request, clientMetadata: client.metadata, begunAt: momentAfter(signedIn) };
  const step = dueStep(facts, authz.config, now);
  if (step.kind === 'refused') throw new OAuthError(step.error);
  // What an operator allowed in the user's stead has no consent to be held by: idp answers for it, and says so in the audit trail.
  if (step.kind !== 'done' || signedIn.consent === null) return null;
  if (authz.codesOfSession.take(signedIn.session.id) > 0) return null;
  return issue(authz, req, { request, secretHash, signedIn });
}
