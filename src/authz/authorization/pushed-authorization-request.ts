import type { RequestHandler } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { sendPrivateJson } from '../../http/request/send-text.js';
import {
  assertNoReferencePushed,
  pushedRequestResponse,
  requestUriOf,
  requirePushedRequest,
} from '../../protocol/authorization/pushed-authorization-request.js';
import { findPushedRequest, insertPushedRequest } from '../../storage/tokens/pushed-request.js';
import { authenticateClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import { admitFromClient } from './request-object.js';
import { type AdmittedRequest, type RegisteredClient, requireTarget } from './validate-request.js';

/** What a browser's request_uri stands for (RFC 9126 §4): the client may have been changed since it pushed that. */
export async function admitPushed(
  authz: Authz,
  client: RegisteredClient,
  requestUri: string,
): Promise<AdmittedRequest> {
  const { clientId } = client;
  const lookup = { valueHash: hashToken(requestUri), clientId, now: authz.clock.now() };
  const request = requirePushedRequest(await findPushedRequest(authz.sql, lookup));
  const target = requireTarget(client, { ...request, openid: request.scopes.includes('openid') });
  return { target, validate: () => Promise.resolve(request) };
}

/** POST /par (RFC 9126 §2): the request is checked here as at /authorize, and answered with what stands for it there. */
export const par =
  (authz: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = await readForm(req);
    const asked = askedOf(req);
    const { authorization } = req.headers;
    const client = await authenticateClient(authz, { asked, authorization, parameters, endpoint: 'par' });
    assertNoReferencePushed(parameters);
    authz.pushLimits.count(client, asked);
    const { validate } = await admitFromClient(authz, client, parameters);
    const request = await validate();
    const requestUri = requestUriOf(authz.random.token());
    const now = authz.clock.now();
    const { pushedRequest: lifetime } = authz.config.lifetimes;
    const expiresAt = after(now, lifetime);
    const { clientId } = client;
    await insertPushedRequest(authz.sql, { valueHash: hashToken(requestUri), clientId, request, now, expiresAt });
    res.status(201);
    sendPrivateJson(res, pushedRequestResponse(requestUri, lifetime));
  };
