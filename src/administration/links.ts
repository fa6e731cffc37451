import * as stored from '../storage/federation/linked-identities.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError } from './administration-error.js';
import { getUser } from './users.js';

const linksOf = ({ sql, config }: Administration, userId: string): Promise<readonly stored.LinkedIdentity[]> =>
  stored.listLinkedIdentities(sql, { userId, providers: config.identityProviders.map(({ id }) => id) });

/**
 * With which accounts elsewhere a user signs in, the oldest first.
 * @param user username or e-mail address
 * @throws AdministrationError not_found
 */
export async function listLinks(
  administration: Administration,
  user: string,
): Promise<readonly stored.LinkedIdentity[]> {
  const { id } = await getUser(administration, user);
  return linksOf(administration, id);
}

/** Which of a user's linked accounts. */
export interface LinkReference {
  /** Username or e-mail address. */
  readonly user: string;
  readonly provider: string;
  /** As the provider names the person; all of the provider's if nothing is said. */
  readonly subject?: string | undefined;
}

export interface RemovedLinks {
  readonly username: string;
  readonly count: number;
  /** Whether the user can still sign in without anybody's help. */
  readonly hasOtherWay: boolean;
}

/**
 * Takes away accounts elsewhere by which a user signs in, and tells the user; sessions go on.
 * @throws AdministrationError not_found when there is no such user, or nothing to take away
 */
export async function removeLinks(
  administration: Administration,
  { user, provider, subject }: LinkReference,
): Promise<RemovedLinks> {
  const { sql, clock, mailing } = administration;
  const { id: userId, username } = await getUser(administration, user);
  const links = (await linksOf(administration, userId)).filter(
    (link) => link.provider === provider && (subject === undefined || link.subject === subject),
  );
  let [count, hasOtherWay] = [0, true];
  for (const link of links) {
    const notice = mailing.notice('identity_unlinked', { at: clock.now().toISOString() });
    const event = { type: 'identity_unlinked', userId, detail: { provider } } as const;
    const removed = await makeChange(administration, event, ({ now, audit }) =>
      stored.removeIdentity(sql, { userId, provider, subject: link.subject, now, audit, notice }),
    );
    if (!removed) continue;
    mailing.tell(notice, removed.notice);
    count += 1;
    hasOtherWay = link.isRemovable;
  }
  if (count === 0)
    throw new AdministrationError('not_found', `The user "${username}" has no account at ${provider} linked.`);
  return { username, count, hasOtherWay };
}
