import type { Request, RequestHandler, Response } from 'express';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { sendHtml } from '../../pages/send.js';
import { denial } from '../../protocol/sign-in/next-step.js';
import { grantConsent } from '../../storage/consents.js';
import type { Idp } from '../deps.js';
import { complete, completeWithSuccess } from '../interaction/complete.js';
import { assertForm, formToken } from '../interaction/form-token.js';
import { clientOnPage, personOnPage } from '../interaction/parts.js';
import { consentPath, hubPath } from '../interaction/paths.js';
import { unknownDecision } from '../interaction/refusal.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { seeOther } from '../interaction/see-other.js';
import { stepOf, type Visit, visit } from '../interaction/visit.js';
import { renderConsentPage } from './page.js';

/** The host that the answer goes to; a native app's own scheme has none. */
const hostOf = (uri: string): string | undefined => new URL(uri).host || undefined;

export function sendConsentPage(idp: Idp, res: Response, visit: Visit, newScopes: readonly string[]): void {
  if (!visit.session) throw new Error('consent is asked of nobody');
  const page = renderConsentPage({
    productName: idp.config.pages.productName,
    client: clientOnPage(visit),
    person: personOnPage(visit.session),
    action: consentPath(idp, visit),
    csrf: formToken(idp, visit, 'consent'),
    switchAccount: `${hubPath(idp, visit)}?account=other`,
    scopes: visit.request.scopes,
    newScopes,
    returnsTo: hostOf(visit.request.redirectUri),
  });
  sendHtml(res, page);
}

/** Goes back to the client as an error (RFC 6749 §4.1.2.1), signed in or not. */
async function deny(idp: Idp, req: Request, res: Response, visit: Visit): Promise<void> {
  if (!(await complete(idp, res, visit, denial))) return;
  const { clientId, session } = visit;
  const who = session ? { userId: session.userId, sessionId: session.id } : {};
  idp.events.record(askedOf(req), { type: 'consent_denied', clientId, ...who });
}

/** Remembers what was allowed, if consent is what the interaction waits for. @returns the visit as it is from then on */
async function remember(idp: Idp, req: Request, visit: Visit): Promise<Visit> {
  const { clientId, session, request } = visit;
  if (!session || stepOf(idp, visit).kind !== 'consent') return visit;
  const now = idp.clock.now();
  const { userId, id: sessionId } = session;
  const { scopes } = request;
  const event = { type: 'consent_granted', clientId, userId, sessionId, detail: { scopes } } as const;
  await idp.events.recordWith(askedOf(req), event, (audit) =>
    grantConsent(idp.sql, { userId, clientId, scopes, now, audit }),
  );
  return { ...visit, consent: { scopes: [...(visit.consent?.scopes ?? []), ...request.scopes], grantedAt: now } };
}

/** Where nothing is left to ask, the browser is spared the way round by the hub. */
async function allow(idp: Idp, req: Request, res: Response, visit: Visit): Promise<void> {
  const allowed = await remember(idp, req, visit);
  if (stepOf(idp, allowed).kind === 'done') await completeWithSuccess(idp, res, allowed);
  else seeOther(res, hubPath(idp, visit));
}

/** POST /consent: allow or deny (OIDC Core §3.1.2.4); then back to the hub, or to the client. */
export const consent =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    assertOwnForm(idp, req);
    const form = await readForm(req);
    const here = await visit(idp, req);
    if (here.silent || here.outcome) return seeOther(res, hubPath(idp, here));
    assertForm(idp, here, 'consent', form);
    switch (form.get('decision')) {
      case 'allow':
        return allow(idp, req, res, here);
      case 'deny':
        return deny(idp, req, res, here);
      default:
        throw unknownDecision();
    }
  };
