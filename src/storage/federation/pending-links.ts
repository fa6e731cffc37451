import { jsonKey } from '../connection/statement.js';
import type { PendingLink } from '../schema/interactions.js';

/** SQL expressions: the interaction in which an account has been proven, and when. */
interface Place {
  readonly interactionIdHash: string;
  readonly now: string;
}

/**
 * SQL: links the identity that waits in an interaction, where the user in the CTE `signed_in` is the one for whom it waits. An identity
 * that was linked meanwhile stays as it is.
 */
export function linkedIdentity({ interactionIdHash, now }: Place): string {
  const member = (name: 'provider' | 'subject' | 'userId') => `(i.pending_link ->> ${jsonKey<PendingLink>(name)})`;
  return `
     INSERT INTO federated_identities (provider, subject, user_id, claims, linked_at)
     SELECT ${member('provider')}, ${member('subject')}, s.user_id, i.pending_link -> ${jsonKey<PendingLink>('snapshot')}, ${now}
     FROM signed_in s JOIN interactions i ON i.id_hash = ${interactionIdHash} AND ${member('userId')}::uuid = s.user_id
     ON CONFLICT (provider, subject) DO NOTHING RETURNING provider`;
}
