import type { Request, Response } from 'express';
import type { Idp } from '../deps.js';

const browserCookie = 'browser';
const sessionCookie = 'session';

const wellFormed = /^[A-Za-z0-9_-]{22,43}$/;

const read = (idp: Idp, req: Request, name: string): string | undefined => {
  const value = idp.cookies.read(req, name);
  return value !== undefined && wellFormed.test(value) ? value : undefined;
};

/** The browser's own random value: what interactions and forms are bound to. It says nothing about who sits there. */
export const readBrowser = (idp: Idp, req: Request): string | undefined => read(idp, req, browserCookie);

/** Kept for long, so that a browser that opens several tabs at its start does not get several values. */
export const setBrowser = (idp: Idp, res: Response, value: string): void =>
  idp.cookies.set(res, browserCookie, value, {
    sameSite: 'Lax',
    maxAgeSeconds: Math.floor(idp.config.signIn.knownBrowser / 1000),
  });

/** 128 bits. */
export const newBrowser = (idp: Idp): string => idp.random.token(16);

/** The secret of the session, stored as a hash only. */
export const readSession = (idp: Idp, req: Request): string | undefined => read(idp, req, sessionCookie);

/** Gone with the browser's window; how long it counts is decided by the session's row. */
export const setSession = (idp: Idp, res: Response, secret: string): void =>
  idp.cookies.set(res, sessionCookie, secret, { sameSite: 'Lax' });

export const clearSession = (idp: Idp, res: Response): void => idp.cookies.clear(res, sessionCookie);
