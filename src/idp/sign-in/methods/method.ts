import type { HashingTurn } from '../../../crypto/hashing-queue.js';
import type { Parameters } from '../../../protocol/parameters.js';
import type { AuthenticationMethodReference } from '../../../protocol/sign-in/authentication-context.js';
import type { SignInAccount } from '../../../storage/people/users.js';
import type { ProofEffects } from '../../../storage/sign-in/proofs.js';

/** An account was proven; this is what changes about it. */
export interface AuthenticationProof {
  readonly effects: ProofEffects;
}

/** What matters about an attempt beside account and form. */
export interface Circumstances {
  /** Whose attempt it is, where it has to wait for others. */
  readonly turn: HashingTurn;
  /** Of the password hash of some account, for an attempt that has none: null for today's. */
  readonly parameters: string | null;
}

/** One way for users to prove who they are, known by its name in `amr` (RFC 8176 §2). */
export interface AuthenticationMethod {
  readonly amr: AuthenticationMethodReference;
  /**
   * Compares what the form brought with the account. Null stands for an account that does not exist: that takes the
   * same time and is never proven, so that nobody learns who has an account.
   * @throws UnavailableError when too many wait already: nothing was judged
   */
  verify(
    account: SignInAccount | null,
    form: Parameters,
    circumstances: Circumstances,
  ): Promise<AuthenticationProof | null>;
}
