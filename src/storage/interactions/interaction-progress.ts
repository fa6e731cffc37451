import type { GivenProof } from '../../protocol/sign-in/next-step.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import type { PendingLink } from '../schema/interactions.js';
import { challengesAnswered, type TakenProof, takenProof } from '../sign-in/proofs.js';

/** What one method has proven, under each of its names. */
interface KeptProof {
  readonly given: readonly GivenProof[];
}

interface NewProof extends TakenProof {
  readonly interactionIdHash: Buffer;
  readonly proof: KeptProof;
  readonly now: Date;
}

const recordProofStatement = statement<NewProof, { unchanged: boolean }>(
  'record_proof',
  (p) => `
   WITH ${takenProof(p, p)}, kept AS (
     UPDATE interactions SET proofs = proofs || (${p.proof}::jsonb -> ${jsonKey<KeptProof>('given')}),
       challenges_answered = ${challengesAnswered(p.effects)}
     WHERE id_hash = ${p.interactionIdHash} AND completed_at IS NULL AND expires_at > ${p.now} AND EXISTS (SELECT FROM unchanged)
   )
   SELECT EXISTS (SELECT FROM unchanged) AS unchanged`,
);

/**
 * Keeps a proof that is not enough for a session yet with its interaction, until another completes it (`beginSession`).
 * Forgives the failures before it and stores the proof's effects in the same statement.
 * @returns false when the user has been disabled or given another password meanwhile: then nothing is changed
 */
export async function recordProof(sql: Sql, proof: NewProof): Promise<boolean> {
  return (await sql.query(recordProofStatement, proof)).rows[0]?.unchanged ?? false;
}

interface KeptLink {
  readonly idHash: Buffer;
  readonly link: PendingLink;
  readonly now: Date;
}

const keepPendingLinkStatement = statement<KeptLink>(
  'keep_pending_link',
  (p) => `
   UPDATE interactions SET pending_link = ${p.link}
   WHERE id_hash = ${p.idHash} AND completed_at IS NULL AND expires_at > ${p.now}`,
);

/** Keeps an identity with the interaction until its account is proven (`beginSession`); a later one takes its place. */
export async function keepPendingLink(sql: Sql, kept: KeptLink): Promise<void> {
  await sql.query(keepPendingLinkStatement, kept);
}

interface DeclinedEnrolment {
  readonly idHash: Buffer;
  readonly now: Date;
}

const declineEnrolmentStatement = statement<DeclinedEnrolment>(
  'decline_enrolment',
  (p) => `
   UPDATE interactions SET enrolment_declined_at = ${p.now}
   WHERE id_hash = ${p.idHash} AND enrolment_declined_at IS NULL AND completed_at IS NULL AND expires_at > ${p.now}`,
);

/** Remembers that somebody does not want to set up what the client only wishes for: in this interaction they are not asked again. */
export async function declineEnrolment(sql: Sql, declined: DeclinedEnrolment): Promise<void> {
  await sql.query(declineEnrolmentStatement, declined);
}
