import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { isProof } from '../interactions/interaction-visit.js';
import type { SignInAccount } from '../people/users.js';
import { type FailureStates, failureStates } from './sign-in-failures.js';
import { accountColumns } from './sign-in-look.js';

interface Look {
  readonly userId: string;
  readonly interactionIdHash: Buffer;
  readonly sessionSecretHash: Buffer | null;
  /** Of the failures that count against the attempt; hexadecimal. */
  readonly failureKeys: readonly string[];
  readonly now: Date;
}

/** What a code is compared with. */
export interface StoredTotp {
  readonly sealedSecret: Buffer;
  /** Of the last code that was taken. */
  readonly lastStep: number;
}

type Row = { readonly [Name in keyof (SignInAccount & StoredTotp)]: (SignInAccount & StoredTotp)[Name] | null } & {
  readonly failures: FailureStates;
};

const totpColumns: Columns<StoredTotp> = {
  sealedSecret: 't.sealed_secret',
  lastStep: 't.last_step::double precision',
};

const lookForSecondFactorStatement = statement<Look, Row>(
  'look_for_second_factor',
  (p) => `
   SELECT ${selected(accountColumns, totpColumns, { failures: failureStates(p.failureKeys, p.now) })}
   FROM (VALUES (true)) always
   LEFT JOIN (users u LEFT JOIN totp_authenticators t ON t.user_id = u.id) ON u.id = ${p.userId} AND u.disabled_at IS NULL AND (
     EXISTS (SELECT FROM sessions s WHERE s.secret_hash = ${p.sessionSecretHash} AND s.user_id = u.id AND s.expires_at > ${p.now})
     OR EXISTS (
       SELECT FROM interactions i, jsonb_array_elements(i.proofs) proof
       WHERE i.id_hash = ${p.interactionIdHash} AND ${isProof('proof', 'u')}
     ))`,
);

export interface SecondFactorLook {
  /** Null where the user is not, or no longer, somebody whose first factor is proven; `totp` is null where none is set up. */
  readonly challenged: { readonly account: SignInAccount; readonly totp: StoredTotp | null } | null;
  readonly failures: FailureStates;
}

/**
 * Reads an account whose first factor is proven, by a session or in the interaction, all at one instant: a password that is
 * changed meanwhile makes the proof worth nothing.
 */
export async function lookForSecondFactor(sql: Sql, look: Look): Promise<SecondFactorLook> {
  const [row] = (await sql.query(lookForSecondFactorStatement, look)).rows;
  if (!row) throw new Error('look_for_second_factor gives no row');
  const { failures, sealedSecret, lastStep, ...account } = row;
  if (account.id === null) return { challenged: null, failures };
  const totp = sealedSecret === null || lastStep === null ? null : { sealedSecret, lastStep };
  return { challenged: { account: account as SignInAccount, totp }, failures };
}
