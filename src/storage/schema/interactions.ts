import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import type { RequestedClaims } from '../../protocol/authorization/claims-parameter.js';
import type { GivenProof, InteractionError } from '../../protocol/sign-in/next-step.js';
import type { IdentitySnapshot } from './federated-identities.js';

/** Somebody is signed in, and the client may have what it asked for. */
export interface SignedInOutcome {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds since the epoch. */
  readonly authTime: number;
  readonly amr: readonly string[];
  readonly acr: string | null;
  readonly scopes: readonly string[];
  /** The session is not the browser's current one: authz does not get to know the browser by it. */
  readonly isKept?: true;
  /** Single claims that the user was asked about; an earlier release asks about none, and grants none. */
  readonly requestedClaims?: RequestedClaims;
}

/** How the conversation at the identity provider ended. */
export type InteractionOutcome = SignedInOutcome | { readonly error: InteractionError };

/** An identity at another provider that is linked with an account once that has been proven in the interaction. */
export interface PendingLink {
  readonly provider: string;
  readonly subject: string;
  /** The account that has its address: no other is linked. */
  readonly userId: string;
  readonly snapshot: IdentitySnapshot;
}

/** What an interaction is for: the answer to an authorization request, to a device, or a person's own account. */
export type InteractionPurpose = 'authorize' | 'device' | 'account';

/** One trip of a browser through the identity provider. Every state is a fact with a time; there is no state column. */
@Entity('interactions')
@Check('interactions_purpose', `purpose IN ('authorize', 'device', 'account')`)
export class Interaction {
  /** Hash of the secret id in the URL. */
  @PrimaryColumn('bytea', { name: 'id_hash', primaryKeyConstraintName: 'interactions_pkey' })
  idHash!: Buffer;
  /** Null where somebody comes to their own account: no client asks then. */
  @Column('text', { name: 'client_id', nullable: true })
  clientId!: string | null;
  @Column('jsonb')
  request!: ValidatedAuthorizationRequest;
  /** Hash of the cookie that authz set: the browser that asked. Null where the purpose is another than `authorize`. */
  @Column('bytea', { name: 'authz_browser_hash', nullable: true })
  authzBrowserHash!: Buffer | null;
  /** Hash of the cookie that idp set before it rendered anything: the browser that answers. */
  @Column('bytea', { name: 'idp_browser_hash', nullable: true })
  idpBrowserHash!: Buffer | null;
  /** The device that is asked about, where that is the purpose. */
  @Column('bytea', { name: 'device_code_hash', nullable: true })
  deviceCodeHash!: Buffer | null;
  @Index('interactions_handle', { unique: true })
  @Column('bytea', { name: 'handle_hash', nullable: true })
  handleHash!: Buffer | null;
  @Column('jsonb', { nullable: true })
  outcome!: InteractionOutcome | null;
  @Column('text', { default: 'authorize' })
  purpose!: InteractionPurpose;
  /** Proofs of a sign-in that is not finished: given here, and not yet enough for a session. */
  @Column('jsonb', { default: [] })
  proofs!: GivenProof[];
  /** How many WebAuthn challenges were answered: the next follows from it, so that none is answered twice (WebAuthn Level 3 §13.4.3). */
  @Column('integer', { name: 'challenges_answered', default: 0 })
  challengesAnswered!: number;
  /** Waits for the proof of the account with which it is to be linked; gone with the next sign-in. */
  @Column('jsonb', { name: 'pending_link', nullable: true })
  pendingLink!: PendingLink | null;
  /** Of the browser's sessions the one that its person chose here: the answer to prompt=select_account. */
  @Column('uuid', { name: 'chosen_session_id', nullable: true })
  chosenSessionId!: string | null;
  /** Encrypted: the session at another provider that goes with the one that is about to begin. */
  @Column('bytea', { name: 'upstream_session', nullable: true })
  upstreamSession!: Buffer | null;
  /** When somebody said no to setting up what the client only wishes for. */
  @Column('timestamptz', { name: 'enrolment_declined_at', nullable: true })
  enrolmentDeclinedAt!: Date | null;
  /** W3C trace context of the authorization request, to which later ones are linked. */
  @Column('text', { nullable: true })
  traceparent!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  /** The same moment by the database's clock: only that is compared with what other processes did. Null in rows from before. */
  @Column('timestamptz', { name: 'begun_at', nullable: true, default: () => 'clock_timestamp()' })
  begunAt!: Date | null;
  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
  @Column('timestamptz', { name: 'redeemed_at', nullable: true })
  redeemedAt!: Date | null;
  @Index('interactions_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
