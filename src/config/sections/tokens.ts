import * as z from 'zod';
import { accessTokenTypes } from '../../protocol/access-token-types.js';
import { signingAlgorithms } from '../../protocol/signing-algorithm.js';
import { duration, list, resourceIdentifier, scopeToken } from '../values.js';

export const lifetimes = z
  .strictObject({
    interaction: duration('24h', '1s').prefault('30m'),
    /** Until a browser brings the request_uri (RFC 9126 §2.2); from then on as long as the interaction. */
    pushed_request: duration('10m', '5s').prefault('90s'),
    /** RFC 6749 §4.1.2 recommends ten minutes at most, FAPI 2.0 §5.3.2.1 requires one. */
    authorization_code: duration('10m', '1s').prefault('60s'),
    access_token: duration('24h', '1s').prefault('10m'),
    id_token: duration('24h', '1s').prefault('1h'),
    refresh_token: duration('3650d', '1s').prefault('30d'),
    /** From the code on, however often it is rotated: after it the user signs in again. */
    refresh_token_absolute: duration('3650d', '1s').prefault('90d'),
    /** In which the same client gets the same successor again (RFC 9700 §4.14.2). */
    refresh_grace: duration('5m').prefault('10s'),
    session_absolute: duration('365d', '1s').prefault('12h'),
    session_idle: duration('365d', '1s').prefault('2h'),
    audit_events: duration('3650d', '1h').prefault('90d'),
    /** In which somebody who wants their account deleted may think better of it. */
    account_deletion: duration('365d', '1h').prefault('14d'),
  })
  .prefault({});

export const resource = z.strictObject({
  identifier: resourceIdentifier(),
  scopes: list(scopeToken()),
  /** For verifiers that know one algorithm only. */
  access_token_signed_response_alg: z
    .enum(signingAlgorithms)
    .meta({ expected: `one of ${signingAlgorithms.join(', ')}` })
    .optional(),
  /** The header's `typ` (RFC 9068 §2.1). */
  access_token_typ: z
    .enum(accessTokenTypes)
    .meta({ expected: `one of ${accessTokenTypes.join(', ')}` })
    .optional(),
});
