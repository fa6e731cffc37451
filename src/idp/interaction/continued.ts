import type { Request } from 'express';
import { PageRefusal } from '../../pages/error-pages.js';
import { type View, viewFor } from '../../pages/view.js';
import { presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { accountPath, hubPath, languageRequest } from './paths.js';
import { readVisit, type Visit } from './visit.js';

/** A page beside the interactions, such as that of a mailed link, and the interaction that led this browser there. */
export interface Aside {
  /** Undefined where there is none, or it is over: then there is nothing to go on with. */
  readonly visit: Visit | undefined;
  /** In the languages of the request that led there. */
  readonly view: View;
  /** Where to sign in to what is gone on with, or else to the account. */
  readonly signIn: string;
}

async function visitGoingOn(idp: Idp, req: Request): Promise<Visit | undefined> {
  const cookies = presentedCookies(idp, req);
  if (cookies.interaction === undefined) return undefined;
  try {
    const visit = await readVisit(idp, cookies.interaction, cookies);
    return visit.outcome || visit.silent ? undefined : visit;
  } catch (error) {
    if (error instanceof PageRefusal) return undefined;
    throw error;
  }
}

/** @param here the path that shows the page again */
export async function asideAt(idp: Idp, req: Request, here: string): Promise<Aside> {
  const visit = await visitGoingOn(idp, req);
  const context = visit ? { requested: visit.request.uiLocales, request: languageRequest(visit) } : {};
  return {
    visit,
    view: viewFor(idp.brand, presentedCookies(idp, req).reader, { ...context, here }),
    signIn: visit ? hubPath(idp, visit, 'otherAccount') : accountPath(idp, 'account'),
  };
}
