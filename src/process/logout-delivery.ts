import type { DatabaseRoleConfig } from '../config/configuration.js';
import { createOutbound } from '../http/outbound/client.js';
import { createLogoutDelivery, type LogoutDeliveryOptions } from '../jobs/deliver-logouts.js';
import type { JobRunner } from '../jobs/runner.js';

/** Milliseconds: sessions end in other processes, too, and at the command line. */
const interval = 10_000;

type Given = Omit<LogoutDeliveryOptions, 'issuer' | 'outbound' | 'longestAttempt' | 'interval'>;

/** Tells clients of logouts; not yet started. */
export function openLogoutDelivery(config: DatabaseRoleConfig, given: Given): JobRunner {
  const outbound = createOutbound(config.outbound);
  const { issuer } = config;
  const delivery = createLogoutDelivery({
    ...given,
    issuer,
    outbound,
    longestAttempt: config.outbound.timeout,
    interval,
  });
  return { ...delivery, stop: () => delivery.stop().finally(() => outbound.close()) };
}
