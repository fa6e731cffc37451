import { after } from '../clock.js';
import { hashToken } from '../crypto/digest.js';
import * as stored from '../storage/clients/registration-tokens.js';
import type { RegistrationToken } from '../storage/schema/registration-tokens.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError } from './administration-error.js';

export interface NewRegistrationToken {
  /** How many clients may be registered with it. */
  readonly uses: number;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly note?: string | undefined;
}

/** A token that was just made: nobody can read it again. */
export interface IssuedRegistrationToken {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/** Makes an initial access token (RFC 7591 §3): whoever is given it may register clients. */
export async function createRegistrationToken(
  administration: Administration,
  { uses, lifetime, note }: NewRegistrationToken,
): Promise<IssuedRegistrationToken> {
  const { transactions, clock, random } = administration;
  const id = random.token(9).replace(/^-/, '_'); // on a command line a dash would begin a flag
  const [token, expiresAt] = [random.token(), after(clock.now(), lifetime)];
  const row = { id, tokenHash: hashToken(token), note: note ?? null, usesLeft: uses, expiresAt };
  const detail = { change: 'created', registration_token: id, uses };
  await makeChange(administration, { type: 'registration_token_changed', detail }, (change) =>
    stored.insertRegistrationToken(transactions, row, change),
  );
  return { id, token, expiresAt };
}

/** A token as an operator may see it. */
export type RegistrationTokenView = Omit<RegistrationToken, 'tokenHash'>;

/** Those that have not expired, the oldest first. */
export const listRegistrationTokens = async ({
  transactions,
  clock,
}: Administration): Promise<readonly RegistrationTokenView[]> =>
  (await stored.listRegistrationTokens(transactions, clock.now())).map(({ tokenHash: _, ...view }) => view);

/** No client is registered with it from then on; those that were stay. @throws AdministrationError not_found */
export async function revokeRegistrationToken(administration: Administration, id: string): Promise<void> {
  const detail = { change: 'revoked', registration_token: id };
  const revoked = await makeChange(administration, { type: 'registration_token_changed', detail }, (change) =>
    stored.deleteRegistrationToken(administration.transactions, id, change),
  );
  if (!revoked) throw new AdministrationError('not_found', `There is no registration token "${id}".`);
}
