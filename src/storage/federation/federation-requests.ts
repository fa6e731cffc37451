import { decrypt, encrypt, type KeyEncryptionKeys } from '../../crypto/encryption.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';

/** What has to be known again when the browser comes back. */
export interface FederationSecrets {
  readonly interactionId: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Milliseconds since the epoch, from when on a sign-in over there counts; any does without it. */
  readonly freshSince?: number;
  /** The user with whose account the identity is linked; without it somebody signs in. */
  readonly linkTo?: string;
}

const contextOf = (stateHash: Buffer): string => `federation request ${stateHash.toString('hex')}`;

interface NewRequest {
  readonly stateHash: Buffer;
  readonly provider: string;
  readonly browserHash: Buffer;
  readonly sealed: Buffer;
  readonly now: Date;
  readonly expiresAt: Date;
}

const startFederationStatement = statement<NewRequest>(
  'start_federation',
  (p) => `
   INSERT INTO federation_requests (state_hash, provider, browser_hash, sealed, created_at, expires_at)
   VALUES (${p.stateHash}, ${p.provider}, ${p.browserHash}, ${p.sealed}, ${p.now}, ${p.expiresAt})`,
);

/** Remembers a browser that is sent to another provider. */
export async function startFederation(
  sql: Sql,
  keys: KeyEncryptionKeys,
  { secrets, ...request }: Omit<NewRequest, 'sealed'> & { readonly secrets: FederationSecrets },
): Promise<void> {
  const sealed = encrypt(keys, Buffer.from(JSON.stringify(secrets)), contextOf(request.stateHash));
  await sql.query(startFederationStatement, { ...request, sealed });
}

interface Answer {
  readonly stateHash: Buffer;
  readonly provider: string;
  readonly browserHash: Buffer;
  readonly now: Date;
}

const redeemFederationStatement = statement<Answer, { sealed: Buffer; isFirst: boolean }>(
  'redeem_federation',
  (p) => `
   WITH redeemed AS (
     UPDATE federation_requests SET consumed_at = ${p.now}
     WHERE state_hash = ${p.stateHash} AND provider = ${p.provider} AND browser_hash = ${p.browserHash} AND expires_at > ${p.now}
       AND consumed_at IS NULL
     RETURNING state_hash
   )
   SELECT sealed, EXISTS (SELECT FROM redeemed) AS "isFirst" FROM federation_requests
   WHERE state_hash = ${p.stateHash} AND provider = ${p.provider} AND browser_hash = ${p.browserHash} AND expires_at > ${p.now}`,
);

/** A request whose answer has come. */
export interface RedeemedFederation extends FederationSecrets {
  /** False where its answer came before: then this one counts for nothing. */
  readonly isFirst: boolean;
}

/**
 * Takes the answer to a request, once.
 * @returns null when no such request is on its way to that provider in that browser
 */
export async function redeemFederation(
  sql: Sql,
  keys: KeyEncryptionKeys,
  answer: Answer,
): Promise<RedeemedFederation | null> {
  const [row] = (await sql.query(redeemFederationStatement, answer)).rows;
  if (!row) return null;
  const opened = decrypt(keys, row.sealed, contextOf(answer.stateHash)).toString('utf8');
  return { ...(JSON.parse(opened) as FederationSecrets), isFirst: row.isFirst };
}
