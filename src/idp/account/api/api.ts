/**
 * The account as JSON: what its pages show and change, for applications that its owner has allowed to (decision 0037). The pages' own
 * verbs do the work, so that there is one rule for both.
 */
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
import { isMailOn } from '../../../config/configuration.js';
import { type CorsPolicy, cors } from '../../../http/browser/cors.js';
import { askedOf } from '../../../http/request/asked.js';
import { readQuery } from '../../../http/request/form.js';
import { readJson } from '../../../http/request/json.js';
import { sendPrivateJson } from '../../../http/request/send-text.js';
import {
  type AccountApiAddress,
  accountApi,
  accountApiAddresses,
  accountApiPath,
  accountScopes,
} from '../../../protocol/resource/account-api.js';
import { InsufficientAuthenticationError } from '../../../protocol/resource/bearer.js';
import { protectedResourceMetadataUrl } from '../../../protocol/resource/protected-resource-metadata.js';
import {
  challengeFor,
  isAuthenticationEnough,
  type RequiredAuthentication,
} from '../../../protocol/resource/step-up.js';
import { demandedClasses } from '../../../protocol/sign-in/sign-in-policy.js';
import { AccessTokenError } from '../../../protocol/token/access-token.js';
import { type Authentication, createAuthenticate } from '../../../resource/authenticate.js';
import { metadata } from '../../../resource/metadata.js';
import { type AccountSession, findAccountOfSession } from '../../../storage/people/account.js';
import type { UserClaims } from '../../../storage/people/users.js';
import type { Idp } from '../../deps.js';
import { type LiveAccessToken, verifyLiveToken } from '../../openid/verify-live-token.js';
import { isTooWeak } from '../owner.js';
import { freshFor } from '../section.js';
import { accessMethods } from './access.js';
import type { ApiAnswer, ApiMethod, ApiMethods } from './call.js';
import { selfMethods } from './self.js';
import { waysInMethods } from './ways-in.js';

const isGoodHereAlone = ({ audience }: LiveAccessToken, here: readonly string[]): boolean =>
  audience.every((each) => here.includes(each));

/**
 * A token that is good at another API as well is refused: whoever runs that one could use it here (RFC 8707 §3). Userinfo may be in
 * its audience, which is ours.
 * @throws OAuthError invalid_token
 */
async function verifyAccountToken(idp: Idp, token: string): Promise<LiveAccessToken> {
  const { identifier } = accountApi(idp.config.publicUrls.idp);
  const verified = await verifyLiveToken(idp, token, identifier);
  if (isGoodHereAlone(verified, [identifier, idp.config.issuer])) return verified;
  throw new AccessTokenError('shared_audience', undefined, { audience: verified.audience });
}

const metadataUrl = ({ config }: Idp): URL | undefined =>
  protectedResourceMetadataUrl(accountApi(config.publicUrls.idp).identifier);

function authentication(idp: Idp): Authentication<LiveAccessToken> {
  const documented = metadataUrl(idp);
  return createAuthenticate({
    verify: (token) => verifyAccountToken(idp, token),
    role: 'idp',
    challenge: { realm: idp.config.issuer, ...(documented && { resourceMetadata: documented.href }) },
    onRefusal(error, reason) {
      const found = error instanceof AccessTokenError ? error.found : undefined;
      idp.log.info('account API refused', { reason, detail: error.detail, found });
    },
  });
}

/** What the operator demands of a sign-in to the account itself, whichever application asks. */
function requiredAuthentication({ config }: Idp, { claims: { groups } }: UserClaims): RequiredAuthentication {
  const texts = Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
  return { maxAge: freshFor, demanded: demandedClasses(config.policy, { groups: texts }) };
}

/**
 * The account of somebody who has proven just now who they are, as strongly as the policy wants it, and is signed in still.
 * @throws InsufficientAuthenticationError
 */
async function freshAccount(
  idp: Idp,
  { grant, user }: LiveAccessToken,
  changesFactors: boolean | undefined,
): Promise<AccountSession> {
  const [required, now] = [requiredAuthentication(idp, user), idp.clock.now()];
  const { userId, sessionId } = grant;
  const isEnough = isAuthenticationEnough(grant, required, now);
  const account = isEnough ? await findAccountOfSession(idp.sql, { sessionId, userId, now }) : null;
  if (!account) throw new InsufficientAuthenticationError(challengeFor(required));
  if (isTooWeak(account.unprovenFactors, changesFactors))
    throw new InsufficientAuthenticationError(challengeFor({ ...required, demanded: ['aal2', ...required.demanded] }));
  return account;
}

async function answerOf(idp: Idp, token: LiveAccessToken, method: ApiMethod, req: Request): Promise<ApiAnswer> {
  const { userId, sessionId } = token.grant;
  const body = () => (req.method === 'PATCH' || req.method === 'POST' ? readJson(req) : {});
  const call = {
    owner: { asked: askedOf(req), userId, sessionId, clientId: token.clientId },
    seen: await idp.subjects.seenBy((await idp.clients.get(token.clientId))?.metadata ?? null),
    user: token.user,
    segment: (name: string) => String(req.params[name]),
    query: readQuery(req),
  };
  if ('answer' in method) return method.answer({ ...call, body: await body() });
  const account = await freshAccount(idp, token, method.changesFactors);
  return method.answerFresh({ ...call, account, body: await body() });
}

const answered =
  (idp: Idp, { accessTokenOf }: Authentication<LiveAccessToken>, method: ApiMethod): RequestHandler =>
  async (req, res) => {
    const { status, body } = await answerOf(idp, accessTokenOf(res), method, req);
    res.status(status);
    if (body) sendPrivateJson(res, body);
    else res.set('Cache-Control', 'no-store').end();
  };

/** Tells an application that its token does not do, and how to get a better one (RFC 9470 §3). */
const stepUps =
  ({ refuse }: Authentication<LiveAccessToken>): ErrorRequestHandler =>
  (error, _req, res, next) =>
    error instanceof InsufficientAuthenticationError ? refuse(res, error) : next(error);

/** The address of the e-mail is there where mail is sent. */
function methodsOf(idp: Idp): Partial<ApiMethods<AccountApiAddress>> {
  const { email, ...self } = selfMethods(idp);
  return { ...self, ...(isMailOn(idp.config) ? { email } : {}), ...accessMethods(idp), ...waysInMethods(idp) };
}

/** Scripts of the configured origins may call it with a token, as they may userinfo, never with cookies. */
const corsPolicy = ({ config }: Idp): CorsPolicy => ({
  origins: config.cors.origins,
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  headers: ['Authorization', 'Content-Type', 'traceparent'],
  exposed: ['WWW-Authenticate'],
});

/** Mounts every address of the account API, and the metadata by which an application finds who gives tokens for it (RFC 9728 §3). */
export function mountAccountApi(app: Express, idp: Idp): void {
  const { config, brand } = idp;
  const { identifier: resource, scopes } = accountApi(config.publicUrls.idp);
  const auth = authentication(idp);
  const described = {
    resource,
    issuer: config.issuer,
    scopes,
    bearerMethods: ['header'],
    name: brand.productName,
  } as const;
  const documented = metadataUrl(idp);
  if (documented) app.get(documented.pathname, metadata(described));
  app.use(accountApiPath, cors(corsPolicy(idp)));
  for (const [name, methods] of Object.entries(methodsOf(idp))) {
    const { path } = accountApiAddresses[name as AccountApiAddress];
    for (const [method, does] of Object.entries(methods)) {
      const scope = method === 'GET' ? accountScopes.read : accountScopes.write;
      const verb = method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete';
      app[verb](path, auth.authenticate, auth.requireScope(scope), answered(idp, auth, does), stepUps(auth));
    }
  }
}
