import type { EntityManager } from 'typeorm';
import { after, type Clock } from '../clock.js';
import type { InsiderConfig } from '../config/configuration.js';
import type { Random } from '../crypto/random.js';
import type { Sql } from '../storage/connection/sql.js';
import { type KeyRotation, listSigningKeys, rotateSigningKeys } from '../storage/signing-keys.js';
import type { Job } from './runner.js';

const hour = 3_600_000;

/**
 * How keys are rotated under a configuration. A replaced key stays published until no token signed with it is of use any
 * more: an ID token serves as a hint as long as a session may last (OIDC RP-Initiated Logout §2).
 */
export const rotationOf = (
  config: Pick<InsiderConfig, 'keyEncryptionKeys' | 'signingKeys' | 'lifetimes'>,
  random: Random,
): KeyRotation => ({
  keys: config.keyEncryptionKeys,
  random,
  algorithms: config.signingKeys.algorithms,
  publishLead: config.signingKeys.publishLead,
  overlap: Math.max(config.lifetimes.idToken, config.lifetimes.accessToken, config.lifetimes.sessionAbsolute) + hour,
});

export interface RotateKeysOptions {
  readonly manager: EntityManager;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly random: Random;
  readonly config: Pick<InsiderConfig, 'keyEncryptionKeys' | 'signingKeys' | 'lifetimes'>;
}

/** Publishes the successor of every key that will have signed for `rotation_interval` when the lead is over. */
export const rotateKeysJob = ({ manager, sql, clock, random, config }: RotateKeysOptions): Job => ({
  name: 'rotate_keys',
  async run() {
    const now = clock.now();
    const { rotationInterval, publishLead, algorithms } = config.signingKeys;
    const keys = await listSigningKeys(sql, now);
    const due = algorithms.filter((alg) => {
      const newest = keys.find((key) => key.alg === alg);
      return newest && after(newest.activatesAt, rotationInterval - publishLead) <= now;
    });
    if (due.length === 0) return;
    const change = { now, auditExpiresAt: after(now, config.lifetimes.auditEvents), context: { by: 'schedule' } };
    await rotateSigningKeys(manager, { ...rotationOf(config, random), algorithms: due }, change);
  },
});
