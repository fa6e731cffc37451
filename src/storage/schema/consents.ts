import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Permission } from '../../protocol/permission.js';

/** What a user allowed a client to do; asked again when more is asked for. */
@Entity('consents')
export class Consent {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'consents_pkey' })
  userId!: string;
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'consents_pkey' })
  clientId!: string;
  @Column('text', { array: true })
  scopes!: string[];
  /** What these scopes were asked for; empty where an earlier release stored them. */
  @Column('text', { array: true, default: [] })
  permissions!: Permission[];
  @Column('timestamptz', { name: 'granted_at' })
  grantedAt!: Date;
  /** The same moment by the database's clock: only that is compared with what other processes did. Null in rows from before. */
  @Column('timestamptz', { name: 'given_at', nullable: true, default: () => 'clock_timestamp()' })
  givenAt!: Date | null;
}
