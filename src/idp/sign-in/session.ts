import type { Request, Response } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { askedOf } from '../../http/request/asked.js';
import { authenticationContextClass, methodReferences } from '../../protocol/sign-in/authentication-context.js';
import { beginSession, touchSession } from '../../storage/sessions.js';
import type { Idp } from '../deps.js';
import { readSession, setSession } from '../interaction/cookies.js';
import type { Visit } from '../interaction/visit.js';
import type { AuthenticationProof } from './methods/method.js';

/** Milliseconds between two writes that move the idle end. */
const touchInterval = 60_000;

/** Use keeps a session from going idle; its absolute end stays where it is. */
export async function keepAlive(idp: Idp, session: Visit['session']): Promise<void> {
  const now = idp.clock.now();
  if (!session || now.getTime() - session.lastSeenAt.getTime() < touchInterval) return;
  await touchSession(idp.sql, { id: session.id, now, idleAt: after(now, idp.config.lifetimes.sessionIdle) });
}

export interface SignIn {
  readonly userId: string;
  readonly proofs: readonly AuthenticationProof[];
  /** The failures that this success forgives. */
  readonly failureKeys: readonly Buffer[];
  readonly clientId: string;
}

/**
 * Begins a session under a fresh secret, whatever cookie the browser brought, so that no session can be fixed in advance.
 * @returns false when the account has been disabled meanwhile
 */
export async function startSession(idp: Idp, req: Request, res: Response, signIn: SignIn): Promise<boolean> {
  const now = idp.clock.now();
  const current = readSession(idp, req);
  const secret = idp.random.token();
  const amr = methodReferences(signIn.proofs.map((proof) => proof.amr));
  const { userId, clientId } = signIn;
  const began = await idp.events.recordWith(
    askedOf(req),
    { type: 'sign_in', userId, clientId, detail: { amr, client_id: clientId } },
    (audit) =>
      beginSession(idp.sql, {
        userId,
        currentSecretHash: current === undefined ? null : hashToken(current),
        newId: idp.random.uuid(),
        secretHash: hashToken(secret),
        now,
        amr,
        acr: authenticationContextClass(amr),
        endsAt: after(now, idp.config.lifetimes.sessionAbsolute),
        idleAt: after(now, idp.config.lifetimes.sessionIdle),
        failureKeys: signIn.failureKeys,
        rehash: signIn.proofs.find((proof) => proof.rehash)?.rehash ?? null,
        audit,
      }),
    (sessionId) => ({ sessionId }),
  );
  if (began === null) return false;
  setSession(idp, res, secret);
  return true;
}
