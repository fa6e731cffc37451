import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { InteractionOutcome } from '../schema/interactions.js';

import { isPushedAs } from '../tokens/pushed-request.js';

interface NewInteraction {
  readonly idHash: Buffer;
  readonly clientId: string;
  readonly request: ValidatedAuthorizationRequest;
  readonly authzBrowserHash: Buffer;
  readonly now: Date;
  readonly expiresAt: Date;
  /** Of the authorization request, so that the traces of later ones can be linked with it. */
  readonly traceparent: string | null;
}

const startInteractionStatement = statement<NewInteraction>(
  'start_interaction',
  (p) => `
   WITH begun AS (
     UPDATE tokens t SET expires_at = GREATEST(t.expires_at, ${p.expiresAt}) WHERE ${isPushedAs(`${p.request}::jsonb`)}
   )
   INSERT INTO interactions (id_hash, client_id, request, authz_browser_hash, created_at, expires_at, traceparent)
   VALUES (${p.idHash}, ${p.clientId}, ${p.request}, ${p.authzBrowserHash}, ${p.now}, ${p.expiresAt}, ${p.traceparent})`,
);

/** authz opens the conversation: the first of the row's three verbs. A request that was pushed is kept for as long. */
export async function startInteraction(sql: Sql, interaction: NewInteraction): Promise<void> {
  await sql.query(startInteractionStatement, interaction);
}

type NewAccountInteraction = Omit<NewInteraction, 'clientId' | 'authzBrowserHash'>;

const startAccountInteractionStatement = statement<NewAccountInteraction>(
  'start_account_interaction',
  (p) => `
   INSERT INTO interactions (id_hash, request, purpose, created_at, expires_at, traceparent)
   VALUES (${p.idHash}, ${p.request}, 'account', ${p.now}, ${p.expiresAt}, ${p.traceparent})`,
);

/** idp opens one of its own for somebody who wants to see their account: neither a client nor authz has a part in it. */
export async function startAccountInteraction(sql: Sql, interaction: NewAccountInteraction): Promise<void> {
  await sql.query(startAccountInteractionStatement, interaction);
}

interface Completion {
  readonly idHash: Buffer;
  readonly outcome: InteractionOutcome;
  readonly handleHash: Buffer;
  readonly now: Date;
}

const completeInteractionStatement = statement<Completion>(
  'complete_interaction',
  (p) => `
   UPDATE interactions SET outcome = ${p.outcome}, handle_hash = ${p.handleHash}, completed_at = ${p.now}
   WHERE id_hash = ${p.idHash} AND completed_at IS NULL AND expires_at > ${p.now}`,
);

/**
 * idp closes the conversation: the second verb. The first outcome stands.
 * @returns false when it was completed before (the handle, being derived from the id, is the same) or has expired
 */
export async function completeInteraction(sql: Sql, completion: Completion): Promise<boolean> {
  return (await sql.query(completeInteractionStatement, completion)).rowCount === 1;
}
