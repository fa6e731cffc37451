import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import type { Asked } from '../http/request/asked.js';
import { PageRefusal } from '../pages/error-pages.js';
import { addressBlock } from '../protocol/address-block.js';
import { type EndpointName, endpointUrl } from '../protocol/endpoints.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import type { Idp } from './deps.js';

/** Milliseconds in which a link to a new account is good, for which nothing is at stake yet. */
export const signUpLifetime = 24 * 3_600_000;

/** … and one that proves an address, for which somebody has to be signed in as well. */
export const emailLifetime = 24 * 3_600_000;

/** … and one that puts an address back: who is away for days has to be in time. */
export const undoLifetime = 7 * 24 * 3_600_000;

/** Every answer takes at least so long, in milliseconds: whether there is such an account cannot be told by the time. */
const leastTime = 150;

/** Does what is asked for while the least time runs. */
export async function inLeastTime(write: Promise<void>): Promise<void> {
  await Promise.all([write, sleep(leastTime)]);
}

/** A link's path as the browser sees it: idp's public URL may have a prefix that a proxy takes away. */
export const linkPath = ({ config }: Idp, name: EndpointName, link: string): string =>
  endpointUrl(new URL(config.publicUrls.idp).pathname, name, { link });

export const linkGone = (): PageRefusal =>
  new PageRefusal(
    ({ recovery: text }) => ({ status: 410, title: text.goneTitle, message: text.gone }),
    'the link is unknown, used or expired',
  );

/** Anybody can make us write mails: an address block has only so many. @throws PageRefusal */
export function assertLinksLeft(idp: Idp, res: Response, { address }: Asked): void {
  const wait = idp.linksAskedFor.take(addressBlock(address ?? ''));
  if (wait === 0) return;
  metrics.turnedAway({ what: 'mailed_link', reason: 'address' });
  res.set('Retry-After', String(Math.ceil(wait / 1000)));
  const minutes = Math.ceil(wait / 60_000);
  throw new PageRefusal(
    ({ recovery: text }) => ({ status: 429, title: text.busyTitle, message: text.busy(minutes) }),
    'too many links were asked for from this address block',
  );
}
