import type { Clock } from '../clock.js';
import { createRateLimiter, type RateLimit } from '../http/limits/rate-limiter.js';
import type { Asked } from '../http/request/asked.js';
import { addressBlock } from '../protocol/address-block.js';
import { paysForPushing } from '../protocol/authorization/pushed-authorization-request.js';
import { faults } from '../protocol/fault-sentences.js';
import { OAuthError } from '../protocol/oauth-error.js';
import type { Client } from '../storage/schema/clients.js';

import { metrics } from '../telemetry/metrics/metrics.js';

export interface PushLimits {
  /**
   * Counts a request, before anything of it is verified or stored.
   * @throws OAuthError temporarily_unavailable, with 429 (RFC 9126 §2.3)
   */
  count(client: Pick<Client, 'clientId' | 'metadata'>, asked: Asked): void;
}

/** In the memory of this process. A client that authenticates has its servers' address, and public ones share theirs with others. */
export function createPushLimits(
  limits: { readonly pushedRequestsPerClient: RateLimit; readonly interactionsPerAddress: RateLimit },
  clock: Clock,
): PushLimits {
  const perClient = createRateLimiter({ ...limits.pushedRequestsPerClient, clock });
  const perAddress = createRateLimiter({ ...limits.interactionsPerAddress, clock });

  return {
    count({ clientId, metadata }, { address }) {
      const payer = paysForPushing(metadata);
      const wait = payer === 'client' ? perClient.take(clientId) : perAddress.take(addressBlock(address ?? ''));
      if (wait === 0) return;
      metrics.turnedAway({ what: 'pushed_request', reason: payer });
      throw new OAuthError('temporarily_unavailable', {
        status: 429,
        retryAfter: Math.ceil(wait / 1000),
        fault: faults.tooManyPushedRequests,
        detail: `too many pushed requests of one ${payer}: see limits`,
      });
    },
  };
}
