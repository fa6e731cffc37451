import type { Express } from 'express';
import { endpoints } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from '../interaction/answer.js';
import { interactionForm } from '../interaction/interaction-form.js';
import { pageErrors } from '../interaction/page-errors.js';
import { hubPath } from '../interaction/paths.js';
import { upstreamLoggedOut } from '../openid/upstream-logout.js';
import { federationForm } from './begin.js';
import { federationCallback } from './callback.js';
import type { Upstream } from './upstream.js';

/** Sign-in with accounts at other providers: for each its button's form and its own redirect URI. */
export function mountFederation(app: Express, idp: Idp, upstreams: readonly Upstream[]): void {
  for (const upstream of upstreams) {
    const { federation, federationCallback: returned, federationLoggedOut } = endpoints;
    const [form, callback, loggedOut] = [federation, returned, federationLoggedOut].map(({ path }) =>
      path.replace(':provider', upstream.provider.id),
    ) as [string, string, string];
    if (upstream.provider.logout) app.get(loggedOut, upstreamLoggedOut(idp), pageErrors(idp));
    app.get(callback, federationCallback(idp, upstream), pageErrors(idp));
    app.post(form, interactionForm(idp, federationForm(idp, upstream)), pageErrors(idp));
    app.get(form, (req, res) =>
      sendAnswer(idp, res, { seeOther: hubPath(idp, { interactionId: String(req.params.interaction) }) }),
    );
  }
}
