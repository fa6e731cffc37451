import type { RequestHandler } from 'express';
import type { Idp } from './deps.js';
import { sendAnswer } from './interaction/answer.js';
import { accountPath } from './interaction/paths.js';

/** Each is asked for by programs of any origin, and says the same to all. */
const document =
  (body: object): RequestHandler =>
  (_req, res) =>
    void res.set({ 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'public, max-age=3600' }).json(body);

/**
 * Tells password managers that passkeys are taken here (W3C Passkey Endpoints §3); an empty document says so without naming a
 * page where they are managed.
 */
export const passkeyEndpoints = (): RequestHandler => document({});

/** The origins that may use our passkeys besides our own (WebAuthn Level 3 §5.11). */
export const relatedOrigins = ({ config }: Idp): RequestHandler =>
  document({ origins: config.webauthn.relatedOrigins });

/** Where password managers send somebody who is to have another password (W3C Change Password URL §2). */
export const changePassword =
  (idp: Idp): RequestHandler =>
  (_req, res) =>
    sendAnswer(idp, res, { seeOther: accountPath(idp, 'accountPassword') });
