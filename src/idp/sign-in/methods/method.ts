import type { HashingTurn } from '../../../crypto/hashing-queue.js';
import type { Parameters } from '../../../protocol/parameters.js';
import type { AuthenticationMethodReference } from '../../../protocol/sign-in/authentication-context.js';
import type { ProofEffects } from '../../../storage/proofs.js';
import type { SignInAccount } from '../../../storage/users.js';

/** An account was proven; this is what changes about it. */
export interface AuthenticationProof {
  readonly effects: ProofEffects;
}

/** One way for users to prove who they are, known by its name in `amr` (RFC 8176 §2). */
export interface AuthenticationMethod {
  readonly amr: AuthenticationMethodReference;
  /**
   * Compares what the form brought with the account. Null stands for an account that does not exist: that takes the
   * same time and is never proven, so that nobody learns who has an account.
   * @param turn whose attempt it is, where it has to wait for others
   * @throws UnavailableError when too many wait already: nothing was judged
   */
  verify(account: SignInAccount | null, form: Parameters, turn: HashingTurn): Promise<AuthenticationProof | null>;
}
