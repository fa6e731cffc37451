import type { Express } from 'express';
import { endpoints } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from '../interaction/answer.js';
import { interactionForm } from '../interaction/interaction-form.js';
import { pageErrors } from '../interaction/page-errors.js';
import { hubPath } from '../interaction/paths.js';
import { federationForm } from './begin.js';
import { federationCallback } from './callback.js';
import type { Upstream } from './upstream.js';

/** Sign-in with accounts at other providers: for each its button's form and its own redirect URI. */
export function mountFederation(app: Express, idp: Idp, upstreams: readonly Upstream[]): void {
  for (const upstream of upstreams) {
    const [form, callback] = [endpoints.federation, endpoints.federationCallback].map(({ path }) =>
      path.replace(':provider', upstream.provider.id),
    ) as [string, string];
    app.get(callback, federationCallback(idp, upstream), pageErrors(idp));
    app.post(form, interactionForm(idp, federationForm(idp, upstream)), pageErrors(idp));
    app.get(form, (req, res) =>
      sendAnswer(idp, res, { seeOther: hubPath(idp, { interactionId: String(req.params.interaction) }) }),
    );
  }
}
