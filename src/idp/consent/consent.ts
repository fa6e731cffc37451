import type { Asked } from '../../http/request/asked.js';
import { denial } from '../../protocol/sign-in/next-step.js';
import { grantConsent } from '../../storage/grants/consents.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { complete, completeWithSuccess } from '../interaction/complete.js';
import { formOf } from '../interaction/interaction-form.js';
import { clientOnPage, personOnPage } from '../interaction/parts.js';
import { hubPath } from '../interaction/paths.js';
import { unknownDecision } from '../interaction/refusal.js';
import { switchAccountPath } from '../interaction/remembered-accounts.js';
import type { InteractionStep, SentForm, StepForm } from '../interaction/step.js';
import { permissionsAsked, permissionsSoFar, stepOf, type Visit } from '../interaction/visit.js';
import { type AccessPage, renderConsentPage } from './page.js';

/** Shown to one user, it cannot be sent as another. */
export const consentForm: StepForm<'consent'> = { kind: 'consent', boundToUser: true };

/** The host that the answer goes to; a native app's own scheme has none. */
const hostOf = (uri: string): string | undefined => new URL(uri).host || undefined;

/** What is asked of whom, on the page with a form that allows or denies it. */
export function accessAsked(idp: Idp, visit: Visit, form: StepForm): AccessPage {
  if (!visit.session) throw new Error('access is asked of nobody');
  const step = stepOf(idp, visit);
  return {
    client: clientOnPage(visit),
    person: personOnPage(visit.session),
    ...formOf(idp, visit, form),
    switchAccount: switchAccountPath(idp, visit),
    permissions: permissionsAsked(idp, visit),
    newPermissions: 'newPermissions' in step ? step.newPermissions : [],
    customScopes: idp.config.claims.scopes,
  };
}

const consentPage = (idp: Idp, visit: Visit): Answer => ({
  page: renderConsentPage(visit.view, {
    ...accessAsked(idp, visit, consentForm),
    returnsTo: hostOf(visit.request.redirectUri),
  }),
});

/** Goes back to the client as an error (RFC 6749 §4.1.2.1), signed in or not. */
export async function deny(idp: Idp, asked: Asked, visit: Visit): Promise<Answer> {
  const { stands, answer } = await complete(idp, visit, denial);
  const { clientId, session } = visit;
  if (stands && clientId !== undefined) {
    const who = session ? { userId: session.userId, sessionId: session.id } : {};
    idp.events.record(asked, { type: 'consent_denied', clientId, ...who });
  }
  return answer;
}

/** Stores what was allowed. @returns the visit as it is from then on */
export async function rememberConsent(idp: Idp, asked: Asked, visit: Visit): Promise<Visit> {
  const { clientId, session } = visit;
  if (!session || clientId === undefined) return visit;
  const now = idp.clock.now();
  const { userId, id: sessionId } = session;
  const detail = { permissions: permissionsAsked(idp, visit) };
  const event = { type: 'consent_granted', clientId, userId, sessionId, detail } as const;
  // With what was allowed before: where an earlier release stored it, its resources are written down now.
  const permissions = [...new Set([...permissionsSoFar(idp, visit), ...detail.permissions])];
  const givenAt = await idp.events.recordWith(asked, event, (audit) =>
    grantConsent(idp.sql, { userId, clientId, permissions, now, audit }),
  );
  return { ...visit, consent: { scopes: [], permissions, givenAt } };
}

/** Where nothing else is due, the browser goes straight to the client. */
async function allow(idp: Idp, asked: Asked, visit: Visit): Promise<Answer> {
  const isDue = stepOf(idp, visit).kind === 'consent';
  const allowed = isDue ? await rememberConsent(idp, asked, visit) : visit;
  if (stepOf(idp, allowed).kind === 'done') return completeWithSuccess(idp, asked, allowed);
  return { seeOther: hubPath(idp, visit) };
}

/** The form of a page that asks for access: allows in its own way what it asks for, or denies it. */
export const decidedBy =
  (idp: Idp, allowed: (idp: Idp, asked: Asked, visit: Visit) => Promise<Answer>) =>
  async ({ visit, form, asked }: SentForm): Promise<Answer> => {
    switch (form.get('decision')) {
      case 'allow':
        return allowed(idp, asked, visit);
      case 'deny':
        return deny(idp, asked, visit);
      default:
        throw unknownDecision();
    }
  };

/** Asks whether the client may have what it requests (OIDC Core §3.1.2.4). */
export const consentStep = (idp: Idp): InteractionStep<'consent'> => ({
  ...consentForm,
  page: (visit) => consentPage(idp, visit),
  submit: decidedBy(idp, allow),
});
