import * as stored from '../storage/factors/second-factors.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError } from './administration-error.js';
import { getUser } from './users.js';

/** What `resetFactors` can be told to take away. */
export const resettableFactors = [...stored.secondFactors, 'all'] as const;
export type ResettableFactor = (typeof resettableFactors)[number];

/**
 * What a user has set up beside the password.
 * @param user username or e-mail address
 * @throws AdministrationError not_found
 */
export async function listFactors(
  administration: Administration,
  user: string,
): Promise<readonly stored.StoredFactor[]> {
  const { id } = await getUser(administration, user);
  return stored.listFactors(administration.transactions, id);
}

export interface ResetFactors {
  readonly username: string;
  readonly removed: readonly stored.SecondFactor[];
}

/**
 * Takes second factors away, for somebody who has lost them; recovery codes go with the app for which they stand in. Sessions go on.
 * @param user username or e-mail address
 * @throws AdministrationError not_found when there is no such user, or nothing to take away
 */
export async function resetFactors(
  administration: Administration,
  { user, factor }: { readonly user: string; readonly factor: ResettableFactor },
): Promise<ResetFactors> {
  const { id: userId, username } = await getUser(administration, user);
  const factors = factor === 'all' ? stored.secondFactors : [factor];
  const removed = await makeChange(
    administration,
    { type: 'user_changed', userId, detail: { change: 'second factors removed' } },
    (change) => stored.removeFactors(administration.transactions, userId, factors, change),
    (kinds) => (kinds ? { detail: { factors: kinds } } : null),
  );
  if (!removed) {
    const what = factor === 'all' ? 'second factor' : factor;
    throw new AdministrationError('not_found', `The user "${username}" has no ${what} that could be removed.`);
  }
  return { username, removed };
}
