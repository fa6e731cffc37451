import type { Asked } from '../../http/request/asked.js';
import type { Confirmation } from '../../protocol/token/confirmation.js';
import type { AuthenticatedClient } from '../client/authenticate-client.js';

/** Who makes a token request, from where, and what its access token will be bound to (RFC 6749 §3.2, RFC 7800 §3.1). */
export interface TokenRequestContext {
  readonly client: AuthenticatedClient;
  readonly asked: Asked;
  readonly confirmation: Confirmation;
}
