import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RequestedClaims } from '../../protocol/authorization/claims-parameter.js';

/** What a user granted a client in one sign-in: every code and token made from it lives and dies with it. */
@Entity('authorization_grants')
export class AuthorizationGrant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'authorization_grants_pkey' })
  id!: string;
  @Index('authorization_grants_client')
  @Column('text', { name: 'client_id' })
  clientId!: string;
  @Index('authorization_grants_user')
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Index('authorization_grants_session')
  @Column('uuid', { name: 'session_id' })
  sessionId!: string;
  @Column('text', { array: true })
  scopes!: string[];
  /** What its tokens are for (RFC 8707); empty where an earlier release stored it and none was named. */
  @Column('text', { array: true })
  resources!: string[];
  @Column('timestamptz', { name: 'auth_time' })
  authTime!: Date;
  @Column('text', { array: true })
  amr!: string[];
  @Column('text', { nullable: true })
  acr!: string | null;
  /** Single claims beside those of the scopes (OIDC Core §5.5). */
  @Column('jsonb', { name: 'requested_claims', nullable: true })
  requestedClaims!: RequestedClaims | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
  /** Not before the last thing issued from it has expired. */
  @Index('authorization_grants_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
