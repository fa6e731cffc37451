/**
 * SQL: locks all passkeys and all linked identities of a user, as `stored_passkeys` and `stored_identities`. Of two changes at once that
 * take a way to sign in, whichever they are, the second waits for the first and finds what that has left. Passkeys always come first, so
 * that neither waits for the other for ever.
 */
export const lockedWaysIn = (userId: string): string => `
   stored_passkeys AS MATERIALIZED (
     SELECT credential_id, flagged_at, user_id FROM passkeys WHERE user_id = ${userId} ORDER BY credential_id FOR UPDATE
   ), stored_identities AS MATERIALIZED (
     SELECT provider, subject, user_id FROM federated_identities
     WHERE user_id = ${userId} AND (SELECT count(*) FROM stored_passkeys) >= 0
     ORDER BY provider, subject FOR UPDATE
   )`;
