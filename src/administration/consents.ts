import * as stored from '../storage/grants/consents.js';
import type { Consent } from '../storage/schema/consents.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError } from './administration-error.js';
import { getUser } from './users.js';

/** What a user allowed a client to do. */
export type ConsentView = Readonly<Pick<Consent, 'clientId' | 'permissions' | 'grantedAt'>>;

/**
 * What a user allowed which client, in the order of the clients' ids.
 * @param user username or e-mail address
 * @throws AdministrationError not_found
 */
export async function listConsents(administration: Administration, user: string): Promise<readonly ConsentView[]> {
  const { id } = await getUser(administration, user);
  const consents = await stored.listConsents(administration.transactions, id);
  // Where an earlier release stored the consent, its scopes stand without their resources.
  return consents.map(({ clientId, scopes, permissions, grantedAt }) => ({
    clientId,
    permissions: permissions.length > 0 ? permissions : scopes,
    grantedAt,
  }));
}

export interface WithdrawnConsent {
  readonly username: string;
  readonly revokedGrants: number;
}

/**
 * Withdraws what a user allowed a client, and ends what the client has from it: codes and tokens. The user is asked again.
 * @param user username or e-mail address
 * @throws AdministrationError not_found when there is no such user, or nothing to withdraw
 */
export async function withdrawConsent(
  administration: Administration,
  { user, clientId }: { readonly user: string; readonly clientId: string },
): Promise<WithdrawnConsent> {
  const { id: userId, username } = await getUser(administration, user);
  const revokedGrants = await makeChange(
    administration,
    { type: 'consent_withdrawn', userId, clientId },
    (change) => stored.withdrawConsent(administration.transactions, { userId, clientId }, change),
    (revoked) => ({ detail: { revoked_grants: revoked } }),
  );
  if (revokedGrants === null) {
    throw new AdministrationError('not_found', `The user "${username}" has allowed the client "${clientId}" nothing.`);
  }
  return { username, revokedGrants };
}
