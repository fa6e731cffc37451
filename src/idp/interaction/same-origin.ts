import type { Request } from 'express';
import type { Idp } from '../deps.js';
import { crossSiteForm } from './refusal.js';

/**
 * The second line behind the form's token: a browser that says that a form came from elsewhere is believed. Our pages send
 * no referrer, hence `Origin: null` from them; `none` is a reload.
 */
export function assertOwnForm(idp: Idp, req: Request): void {
  const site = req.get('Sec-Fetch-Site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw crossSiteForm();
  const origin = req.get('Origin');
  const own = new URL(idp.config.publicUrls.idp).origin;
  if (origin !== undefined && origin !== 'null' && origin !== own) throw crossSiteForm();
}
