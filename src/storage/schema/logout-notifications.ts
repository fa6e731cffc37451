import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * A client that has yet to be told of a session's end (OIDC Back-Channel Logout §2.5). A trigger writes it in the transaction that
 * deletes the session, whatever that is; it is deleted once the client knows.
 */
@Entity('logout_notifications')
@Index('logout_notifications_due', ['nextAttemptAt', 'id'])
@Index('logout_notifications_client', ['clientId', 'id'])
export class LogoutNotification {
  /** The order in which a client is told. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'logout_notifications_pkey',
  })
  id!: string;
  @Column('text', { name: 'client_id' })
  clientId!: string;
  @Column('uuid', { name: 'session_id' })
  sessionId!: string;
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
  /** Moved on by whoever tries, so that nobody else does meanwhile; minus infinity before the first attempt. */
  @Column('timestamptz', { name: 'next_attempt_at', default: () => "'-infinity'" })
  nextAttemptAt!: Date;
  /** Also tells a process that took too long that another has taken over. */
  @Column('integer', { default: 0 })
  attempts!: number;
  /** Why the last attempt failed; nothing of the client's answer but its status. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;
}
