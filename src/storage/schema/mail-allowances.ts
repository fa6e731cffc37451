import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** When mails of a template last went to an address or a person, so that nobody makes us flood either. */
@Entity('mail_allowances')
export class MailAllowance {
  /** `address` or `person`, the template, and whose: what counts is in clear in other tables, too. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'mail_allowances_pkey' })
  key!: string;
  /** The newest first, no more than the template may have in an hour. */
  @Column('timestamptz', { array: true })
  moments!: Date[];
  @Index('mail_allowances_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
