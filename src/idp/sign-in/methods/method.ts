import type { Parameters } from '../../../protocol/parameters.js';
import type { AuthenticationMethodReference } from '../../../protocol/sign-in/authentication-context.js';
import type { SignInAccount } from '../../../storage/users.js';

/** What a method brings to the session that begins with it. */
export interface AuthenticationProof {
  readonly amr: AuthenticationMethodReference;
  /** A password hash to be replaced, because its parameters are no longer today's. */
  readonly rehash: { readonly from: string; readonly to: string } | null;
}

/** One way for a user to prove who he is, known by its name in `amr` (RFC 8176 §2). */
export interface AuthenticationMethod {
  readonly amr: AuthenticationMethodReference;
  /**
   * Judges what the form brought against the account. Null stands for an account that does not exist: that takes the
   * same time and is never proved, so that nobody learns who has an account.
   */
  verify(account: SignInAccount | null, form: Parameters): Promise<AuthenticationProof | null>;
}
