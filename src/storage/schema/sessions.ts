import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A signed-in browser. `id` is the `sid` of tokens and no secret; the cookie's value is stored as a hash. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;
  @Index('sessions_secret', { unique: true })
  @Column('bytea', { name: 'secret_hash' })
  secretHash!: Buffer;
  /** Hash of the cookie by which authz knows the browser; null until it has set one, and again after each sign-in. */
  @Index('sessions_authz_secret', { unique: true, where: 'authz_secret_hash IS NOT NULL' })
  @Column('bytea', { name: 'authz_secret_hash', nullable: true })
  authzSecretHash!: Buffer | null;
  @Index('sessions_user')
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('timestamptz', { name: 'auth_time' })
  authTime!: Date;
  /** The same moment by the database's clock: only that is compared with what other processes did. Null in rows from before. */
  @Column('timestamptz', { name: 'authenticated_at', nullable: true, default: () => 'clock_timestamp()' })
  authenticatedAt!: Date | null;
  @Column('text', { array: true })
  amr!: string[];
  @Column('text', { nullable: true })
  acr!: string | null;
  /** How many WebAuthn challenges were answered in it, for a passkey that its user adds, and authenticator apps set up. */
  @Column('integer', { name: 'challenges_answered', default: 0 })
  challengesAnswered!: number;
  /** What the browser called itself, as its person would; null where it did not. */
  @Column('text', { nullable: true })
  device!: string | null;
  /** Encrypted: the session at another provider that is ended with this one; null where there is none. */
  @Column('bytea', { name: 'upstream_session', nullable: true })
  upstreamSession!: Buffer | null;
  /** Its browser held other accounts as well at some time: a request may mean another one. */
  @Column('boolean', { name: 'shares_browser', default: false })
  sharesBrowser!: boolean;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt!: Date;
  /** The absolute end, which no use moves. */
  @Column('timestamptz', { name: 'ends_at' })
  endsAt!: Date;
  /** The earlier of the absolute end and the idle one. */
  @Index('sessions_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
