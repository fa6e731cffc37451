import type { RequestHandler } from 'express';
import { endpointUrl } from '../protocol/endpoints.js';
import type { Idp } from './deps.js';
import { sendAnswer } from './interaction/answer.js';
import { accountPath } from './interaction/paths.js';

/** Each is asked for by programs of any origin, and says the same to all. */
const document =
  (body: object): RequestHandler =>
  (_req, res) =>
    void res.set({ 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'public, max-age=3600' }).json(body);

/** Tells password managers that passkeys are taken here, and where people see to theirs (W3C Passkey Endpoints §3). */
export const passkeyEndpoints = ({ config }: Idp): RequestHandler =>
  document({ manage: endpointUrl(config.publicUrls.idp, 'accountPasskeys') });

/** The origins that may use our passkeys besides our own (WebAuthn Level 3 §5.11). */
export const relatedOrigins = ({ config }: Idp): RequestHandler =>
  document({ origins: config.webauthn.relatedOrigins });

/** Where password managers send somebody who is to have another password (W3C Change Password URL §2). */
export const changePassword =
  (idp: Idp): RequestHandler =>
  (_req, res) =>
    sendAnswer(idp, res, { seeOther: accountPath(idp, 'accountPassword') });
