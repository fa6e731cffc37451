import type { Parameters } from '../../../protocol/parameters.js';
import { type CookieToSet, type PresentedCookies, passkeyOfferCookie } from '../../cookies/cookies.js';

/** The script says with the password whether the browser could make a passkey: only then one is offered. */
export const toldAbility = ({ passkeyOffer }: PresentedCookies, form: Parameters): readonly CookieToSet[] =>
  form.get('able') === 'yes' && passkeyOffer !== 'declined' ? [passkeyOfferCookie('able')] : [];
