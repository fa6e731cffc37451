import { errors } from 'jose';
import type { FindJwsKey } from '../../crypto/jws.js';
import type { KeySource } from '../../http/outbound/client-keys.js';
import type { Authz } from '../deps.js';

/**
 * Finds the key of a client that a JWS names, in a newer set where the one at hand lacks it (OIDC Core §10.1.1).
 * @throws JWKSNoMatchingKey, also for a client without keys, JWKSMultipleMatchingKeys, and what fetching them throws
 */
export const clientKeyOf =
  ({ clientKeys }: Pick<Authz, 'clientKeys'>, source: KeySource): FindJwsKey =>
  async (header, token) => {
    const keys = await clientKeys.find(source);
    if (!keys) throw new errors.JWKSNoMatchingKey();
    try {
      return await keys(header, token);
    } catch (error) {
      const isUnknown = (error as { code?: string }).code === errors.JWKSNoMatchingKey.code;
      const newer = isUnknown ? await clientKeys.find(source, { unknownKey: true }) : undefined;
      if (!newer) throw error;
      return newer(header, token);
    }
  };
