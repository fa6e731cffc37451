import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A mail that is to be sent, or was a short while ago. It is made into text when it is sent. */
@Entity('outgoing_mails')
@Index('outgoing_mails_due', ['nextAttemptAt'], { where: 'next_attempt_at IS NOT NULL' })
export class OutgoingMail {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'outgoing_mails_pkey' })
  id!: string;
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  @Column('text')
  recipient!: string;
  @Column('text')
  template!: string;
  /** As the person or their browser names it (BCP 47), whether or not there are texts in it; empty where nobody did. */
  @Column('text')
  language!: string;
  /** What the template says beside its own words; never a secret. */
  @Column('jsonb')
  parameters!: Record<string, unknown>;
  /** What only the recipient may learn, under the key-encryption key; null where there is nothing, and once it was sent. */
  @Column('bytea', { name: 'sealed_secret', nullable: true })
  sealedSecret!: Buffer | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  /** Moved on by whoever tries, so that nobody else does meanwhile; null once it was sent or given up. */
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt!: Date | null;
  /** Also tells a process that took too long that another has taken over. */
  @Column('integer', { default: 0 })
  attempts!: number;
  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt!: Date | null;
  /** From then on it is of no use any more. */
  @Column('timestamptz', { name: 'deliver_before' })
  deliverBefore!: Date;
  @Index('outgoing_mails_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  /** Why the last attempt failed, by codes: nothing that names the recipient. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;
}
