import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** What is worth remembering about security; the closed set of types. */
export type AuditEventType =
  | 'sign_in'
  | 'sign_in_failed'
  | 'sign_out'
  | 'consent_granted'
  | 'consent_denied'
  | 'consent_implied'
  | 'consent_withdrawn'
  | 'authorization_code_issued'
  | 'device_allowed'
  | 'token_issued'
  | 'token_refreshed'
  | 'token_reuse_detected'
  | 'token_revoked'
  | 'client_authentication_failed'
  | 'signing_key_rotated'
  | 'signing_key_withdrawn'
  | 'encryption_key_rotated'
  | 'encryption_key_withdrawn'
  | 'keys_rewrapped'
  | 'client_changed'
  | 'registration_token_changed'
  | 'user_changed'
  | 'users_exported'
  | 'mail_given_up'
  | 'logout_notification_given_up'
  | 'passkey_added'
  | 'passkey_renamed'
  | 'passkey_removed'
  | 'passkey_flagged'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'authenticator_added'
  | 'authenticator_removed'
  | 'recovery_codes_replaced'
  | 'password_reset_asked'
  | 'email_code_asked'
  | 'password_reset'
  | 'sign_up_asked'
  | 'signed_up'
  | 'invited'
  | 'invitation_revoked'
  | 'restored_database_voided';

@Entity('audit_events')
@Index('audit_events_user', ['userId', 'occurredAt'])
export class AuditEvent {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'audit_events_pkey',
  })
  id!: string;
  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;
  @Column('text')
  type!: AuditEventType;
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  @Column('text', { name: 'client_id', nullable: true })
  clientId!: string | null;
  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId!: string | null;
  @Column('uuid', { name: 'authorization_grant_id', nullable: true })
  authorizationGrantId!: string | null;
  /** Request id, trace id, address and what else explains the event; never a secret. */
  @Column('jsonb')
  context!: Record<string, unknown>;
  @Index('audit_events_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
