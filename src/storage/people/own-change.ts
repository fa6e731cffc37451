import { type Audit, auditRow } from '../audit/audit-events.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from '../mail/outgoing-mails.js';

/** What a statement is given by which somebody changes their own account, and is told of it. */
export interface OwnChange {
  readonly userId: string;
  readonly now: Date;
  readonly audit: Audit;
  readonly notice: NewMail | null;
}

/** Something was changed, and this became of the notice. */
export interface ToldChange {
  readonly notice: MailOutcome | null;
}

/** SQL expressions for what was changed. */
interface ChangeSource {
  readonly now: `$${number}`;
  readonly audit: `$${number}`;
  readonly notice: `$${number}`;
  /** The users whose account was changed, of whom there is one or none: `id`, `email` and `claims`. */
  readonly from: string;
}

/** The end of such a statement: the audit row, the notice, and a {@link ToldChange} where something was changed. */
export const toldChange = ({ now, audit, notice, from }: ChangeSource): string => `audited AS (
     ${auditRow({ audit, now, from, userId: 'id' })}
   ), ${queuedMail({ mail: notice, now, from, userId: 'id', recipient: 'email', language: "claims ->> 'locale'" })}
   SELECT ${mailOutcome} AS notice FROM ${from}`;
