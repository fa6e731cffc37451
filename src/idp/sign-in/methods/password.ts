import { type HashingTurn, OverloadedError } from '../../../crypto/hashing-queue.js';
import type { PasswordHasher } from '../../../crypto/password.js';
import type { ProofEffects } from '../../../storage/sign-in/proofs.js';
import type { AuthenticationMethod } from './method.js';

/** A password by Argon2id. A hash made with other parameters than today's is replaced at the sign-in that proves it. */
export function passwordMethod(passwords: PasswordHasher): AuthenticationMethod {
  async function rehash(from: string, password: string, turn: HashingTurn): Promise<ProofEffects> {
    try {
      return { rehash: { from, to: await passwords.hash(password, turn) } };
    } catch (error) {
      // Others are waiting for the processor: the next sign-in will replace it.
      if (error instanceof OverloadedError) return {};
      throw error;
    }
  }

  return {
    amr: 'pwd',
    async verify(account, form, { turn, parameters }) {
      const password = form.get('password') ?? '';
      const encoded = account?.passwordHash ?? null;
      const { matches, needsRehash } = await passwords.verify(encoded, password, { turn, parameters });
      if (!matches || encoded === null) return null;
      return { effects: needsRehash ? await rehash(encoded, password, turn) : {} };
    },
  };
}
