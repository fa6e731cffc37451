import { jsonKey, type Placeholders } from '../connection/statement.js';
import { replacedRecoveryCodes } from '../factors/recovery-codes.js';
import { type NewTrustedBrowser, newTrustedBrowser, trustedBrowserUse } from '../factors/trusted-browsers.js';
import type { PacedCounter } from './sign-in-failures.js';

/** A passkey that signed an interaction's challenge. */
export interface UsedPasskey {
  /** In hexadecimal. */
  readonly credentialId: string;
  /** What its authenticator has counted to. */
  readonly counter: number;
  readonly backedUp: boolean;
  /** How many challenges of the interaction had been answered before this one. */
  readonly challenge: number;
}

/** An account at another provider that vouched for somebody. */
export interface UsedIdentity {
  readonly provider: string;
  readonly subject: string;
}

/** What a proof changes about the account that it proves. */
export interface ProofEffects {
  /** A password hash to be replaced, because its parameters are no longer today's. */
  readonly rehash?: { readonly from: string; readonly to: string };
  /** A passkey whose use is recorded; nothing comes of the proof where its challenge was answered before. */
  readonly passkey?: UsedPasskey;
  /** The time step of a one-time code; nothing comes of the proof where it, or a later one, was used before (RFC 6238 §5.2). */
  readonly totpStep?: number;
  /** Hash of a recovery code, in hexadecimal; nothing comes of the proof where it was used before. */
  readonly recoveryCode?: string;
  /** Hash of a code that was mailed in the interaction, in hexadecimal; nothing comes of the proof where it was used before. */
  readonly emailCode?: string;
  /** An identity whose use is recorded; nothing comes of the proof where it is linked with the account no more. */
  readonly identity?: UsedIdentity;
  /** Hash of what a trusted browser brought, in hexadecimal; nothing comes of the proof where it is trusted no more. */
  readonly trustedBrowser?: string;
  /** The browser is trusted from now on. */
  readonly newTrust?: NewTrustedBrowser;
  /** An authenticator app that is set up by its first code; the statement fails where there is one already. */
  readonly newTotp?: NewTotp;
}

/** An authenticator app and what stands in for it, as they are stored; the bytes in hexadecimal. */
export interface NewTotp {
  readonly sealedSecret: string;
  /** Of the first code. */
  readonly step: number;
  /** Hashes of a set that replaces any other. */
  readonly recoveryCodes: readonly string[];
}

/** What a success makes good of the failures before it. */
export interface Forgiven {
  /** Under which they are forgotten; hexadecimal. */
  readonly keys: readonly string[];
  /** Under which one of them is granted anew. */
  readonly share: Pick<PacedCounter, 'key' | 'every'> | null;
}

/** What is stored of a proof in the statement that takes it. */
export interface TakenProof {
  readonly userId: string;
  /** The account's when it was looked at: nothing comes of a proof when it has another by now. */
  readonly passwordHash: string | null;
  readonly forgiven: Forgiven;
  readonly effects: ProofEffects;
}

function forgiveness(forgiven: string): string {
  const keys = `${forgiven}::jsonb -> ${jsonKey<Forgiven>('keys')}`;
  const share = `${forgiven}::jsonb -> ${jsonKey<Forgiven>('share')}`;
  const shareKey = `${share} -> ${jsonKey<PacedCounter>('key')}`;
  const earlier = `(${share} ->> ${jsonKey<PacedCounter>('every')})::double precision * interval '1 millisecond'`;
  return `failed AS (
     SELECT key, encode(key, 'hex') = ${shareKey} #>> '{}' AS is_share FROM sign_in_failures
     WHERE key = ANY (ARRAY(
       SELECT decode(hex, 'hex') FROM jsonb_array_elements_text((${keys}) || COALESCE(${shareKey}, '[]')) hex
     ))
     AND EXISTS (SELECT FROM unchanged) ORDER BY key FOR UPDATE
   ), forgiven AS (
     DELETE FROM sign_in_failures WHERE key IN (SELECT key FROM failed WHERE is_share IS NOT TRUE)
   ), forgiven_share AS (
     UPDATE sign_in_failures SET blocked_until = blocked_until - ${earlier}, expires_at = expires_at - ${earlier}
     WHERE key IN (SELECT key FROM failed WHERE is_share)
   )`;
}

/** SQL expressions for what a used passkey says; NULL where the proof is another. */
function passkeyMembers(effects: string) {
  const passkey = `${effects}::jsonb -> ${jsonKey<ProofEffects>('passkey')}`;
  const member = (name: keyof UsedPasskey) => `(${passkey} ->> ${jsonKey<UsedPasskey>(name)})`;
  return {
    passkey,
    credentialId: `decode(${member('credentialId')}, 'hex')`,
    counter: `${member('counter')}::bigint`,
    backedUp: `${member('backedUp')}::boolean`,
    challenge: `${member('challenge')}::integer`,
  };
}

/** SQL: how many challenges of an interaction have been answered once the proof with these effects is taken. */
export const challengesAnswered = (effects: string): string =>
  `challenges_answered + CASE WHEN ${passkeyMembers(effects).passkey} IS NULL THEN 0 ELSE 1 END`;

/** SQL: whether the proof with these effects answers a challenge. */
export const answersChallenge = (effects: string): string => `${passkeyMembers(effects).passkey} IS NOT NULL`;

/**
 * CTEs with a row each where the challenge has not been answered before and the passkey is still there, locked: of several
 * answers to one challenge one comes first, and the others wait for it and find that it was. Without a passkey nothing is locked.
 */
function usablePasskey(effects: string, interactionIdHash: string, userId: string): string {
  const { credentialId, counter, challenge } = passkeyMembers(effects);
  return `answered AS (
     SELECT id_hash FROM interactions
     WHERE ${answersChallenge(effects)} AND id_hash = ${interactionIdHash} AND challenges_answered = ${challenge} FOR NO KEY UPDATE
   ), usable AS (
     SELECT credential_id FROM passkeys
     WHERE ${answersChallenge(effects)} AND credential_id = ${credentialId} AND user_id = ${userId} AND flagged_at IS NULL
       AND (counter < ${counter} OR (counter = 0 AND ${counter} = 0)) FOR NO KEY UPDATE
   )`;
}

/** CTEs that set up an authenticator app and its recovery codes, where `unchanged` has its row. */
function newTotp(effects: string, now: string): string {
  const totp = `${effects}::jsonb -> ${jsonKey<ProofEffects>('newTotp')}`;
  const member = (name: keyof NewTotp) => `${totp} ->> ${jsonKey<NewTotp>(name)}`;
  return `new_totp AS (
     INSERT INTO totp_authenticators (user_id, sealed_secret, last_step, created_at, last_used_at)
     SELECT id, decode(${member('sealedSecret')}, 'hex'), (${member('step')})::bigint, ${now}, ${now}
     FROM unchanged WHERE ${totp} IS NOT NULL
   ), ${replacedRecoveryCodes({
     from: 'unchanged',
     userId: 'id',
     hashes: `(${totp} -> ${jsonKey<NewTotp>('recoveryCodes')})`,
     now,
   })}`;
}

/**
 * CTEs that use up a code, and whether the proof brings none or one that was good until now: of several that bring the same one comes
 * first, and the others wait for it and find that it was.
 */
function usedCode({ effects, userId }: Placeholders<TakenProof>, { interactionIdHash, now }: ProofPlace) {
  const step = `(${effects}::jsonb ->> ${jsonKey<ProofEffects>('totpStep')})::bigint`;
  const recovery = `decode(${effects}::jsonb ->> ${jsonKey<ProofEffects>('recoveryCode')}, 'hex')`;
  const mailed = `decode(${effects}::jsonb ->> ${jsonKey<ProofEffects>('emailCode')}, 'hex')`;
  const used = `used_totp AS (
     UPDATE totp_authenticators SET last_step = ${step}, last_used_at = ${now}
     WHERE ${step} IS NOT NULL AND user_id = ${userId} AND last_step < ${step} RETURNING user_id
   ), used_recovery_code AS (
     UPDATE recovery_codes SET used_at = ${now}
     WHERE ${recovery} IS NOT NULL AND hash = ${recovery} AND user_id = ${userId} AND used_at IS NULL RETURNING user_id
   ), used_email_code AS (
     UPDATE email_codes SET consumed_at = ${now}
     WHERE ${mailed} IS NOT NULL AND interaction_id_hash = ${interactionIdHash} AND code_hash = ${mailed} AND user_id = ${userId}
       AND consumed_at IS NULL AND expires_at > ${now} RETURNING user_id
   )`;
  const isGood = `(${step} IS NULL OR EXISTS (SELECT FROM used_totp))
       AND (${recovery} IS NULL OR EXISTS (SELECT FROM used_recovery_code))
       AND (${mailed} IS NULL OR EXISTS (SELECT FROM used_email_code))`;
  return { used, isGood };
}

/** CTEs that record the use of an identity, and whether the proof brings none or one that is linked with the account. */
function usedIdentity({ effects, userId }: Placeholders<TakenProof>, now: string) {
  const identity = `${effects}::jsonb -> ${jsonKey<ProofEffects>('identity')}`;
  const member = (name: keyof UsedIdentity) => `(${identity} ->> ${jsonKey<UsedIdentity>(name)})`;
  const used = `used_identity AS (
     UPDATE federated_identities SET last_used_at = ${now}
     WHERE provider = ${member('provider')} AND subject = ${member('subject')} AND user_id = ${userId} RETURNING user_id
   )`;
  return { used, isGood: `(${identity} IS NULL OR EXISTS (SELECT FROM used_identity))` };
}

/** CTEs that record the use of a trusted browser, and whether the proof comes from none or one that is trusted. */
function usedBrowser({ effects, userId }: Placeholders<TakenProof>, now: string) {
  const hash = `(${effects}::jsonb ->> ${jsonKey<ProofEffects>('trustedBrowser')})`;
  return {
    used: `used_browser AS (${trustedBrowserUse(hash, userId, now)})`,
    isGood: `(${hash} IS NULL OR EXISTS (SELECT FROM used_browser))`,
  };
}

/**
 * The CTEs that do so, where the account is enabled and its password still the one that was looked at. `unchanged` has its row
 * then, locked: a change of password and a disabling wait for the statement, or it for them. What else a statement changes has
 * to depend on that. The lock is shared, but for a statement that changes the row itself: two of those could not both go on.
 * A statement that takes the proof of a passkey has to move on the interaction's count ({@link challengesAnswered}).
 */
export function takenProof(p: Placeholders<TakenProof>, place: ProofPlace): string {
  const { interactionIdHash, now } = place;
  const code = usedCode(p, place);
  const identity = usedIdentity(p, now);
  const browser = usedBrowser(p, now);
  const rehash = `${p.effects}::jsonb -> ${jsonKey<ProofEffects>('rehash')}`;
  const newTrust = `(${p.effects}::jsonb -> ${jsonKey<ProofEffects>('newTrust')})`;
  const { passkey, credentialId, counter, backedUp } = passkeyMembers(p.effects);
  const account = `
     SELECT id FROM users
     WHERE id = ${p.userId} AND disabled_at IS NULL AND password_hash IS NOT DISTINCT FROM ${p.passwordHash}::text
       AND (${passkey} IS NULL OR (EXISTS (SELECT FROM answered) AND EXISTS (SELECT FROM usable)))
       AND ${code.isGood} AND ${identity.isGood} AND ${browser.isGood}`;
  return `${usablePasskey(p.effects, interactionIdHash, p.userId)}, ${code.used}, ${identity.used}, ${browser.used}, shared AS (
     ${account} AND ${rehash} IS NULL FOR SHARE
   ), own AS (
     ${account} AND ${rehash} IS NOT NULL FOR NO KEY UPDATE
   ), unchanged AS (
     SELECT id FROM shared UNION ALL SELECT id FROM own
   ), ${forgiveness(p.forgiven)}, ${newTotp(p.effects, now)}, ${newTrustedBrowser(newTrust, 'unchanged', now)}, rehashed AS (
     UPDATE users SET password_hash = ${rehash} ->> 'to'
     WHERE id IN (SELECT id FROM unchanged) AND password_hash = ${rehash} ->> 'from'
   ), used_passkey AS (
     UPDATE passkeys SET counter = ${counter}, backed_up = ${backedUp}, last_used_at = ${now}
     WHERE credential_id = ${credentialId} AND EXISTS (SELECT FROM unchanged)
   )`;
}

/** SQL expressions: the interaction in which a proof is given, and when. */
interface ProofPlace {
  readonly interactionIdHash: string;
  readonly now: string;
}
