import { createHandedOut, type HandedOut } from '../cache/handed-out.js';
import type { Clock } from '../clock.js';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import { deriveKey } from '../crypto/encryption.js';
import type { Random } from '../crypto/random.js';
import { createEvents, type Events } from '../events/events.js';
import type { Cookies } from '../http/browser/cookies.js';
import { createRateLimiter, type RateLimiter } from '../http/limits/rate-limiter.js';
import type { Outbound } from '../http/outbound/client.js';
import { type ClientKeys, createClientKeys } from '../http/outbound/client-keys.js';
import { type Brand, brandOf } from '../pages/brand.js';
import type { Target } from '../protocol/authorization/resource-indicators.js';
import { type SigningAlgorithm, signingAlgorithms } from '../protocol/signing-algorithm.js';
import type { FormRules } from '../protocol/token/access-token-form.js';
import type { AuditBatch } from '../storage/audit/audit-events.js';
import type { ClientCache } from '../storage/clients/clients.js';
import type { Sql } from '../storage/connection/sql.js';
import { createEncryptionKeys, type EncryptionKeys } from '../storage/encryption-keys.js';
import type { SigningKeys } from '../storage/signing-keys.js';
import type { Subjects } from '../storage/subjects.js';
import type { FoundCode } from '../storage/tokens/authorization-code.js';
import type { Log } from '../telemetry/log/logger.js';
import { createFailedAuthentications, type FailedAuthentications } from './client/failed-authentications.js';
import { createFetchLimits, type FetchLimits } from './fetch-limits.js';
import { createInteractionLimits, type InteractionLimits } from './interaction-limits.js';
import { createPushLimits, type PushLimits } from './push-limits.js';
import { createRegistrationLimit, type RegistrationLimit } from './registration/registration-limit.js';

/** The part of the configuration that this room reads. */
export type AuthzConfig = Pick<
  DatabaseRoleConfig,
  | 'profile'
  | 'issuer'
  | 'publicUrls'
  | 'resources'
  | 'defaultResource'
  | 'claims'
  | 'policy'
  | 'factors'
  | 'registration'
  | 'mail'
  | 'lifetimes'
  | 'limits'
  | 'clientAssertions'
  | 'clientRegistration'
  | 'sessionManagement'
  | 'keyEncryptionKeys'
  | 'signingKeys'
  | 'cors'
  | 'pages'
>;

/** What this room is given. */
export interface AuthzGiven {
  readonly config: AuthzConfig;
  readonly sql: Sql;
  readonly clients: ClientCache;
  readonly signingKeys: SigningKeys;
  readonly subjects: Subjects;
  /** Takes the events of requests that change no row. */
  readonly auditBatch: AuditBatch;
  readonly cookies: Cookies;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What the endpoints work with: what was given, and what follows from it. */
export interface Authz extends AuthzGiven {
  readonly events: Events;
  readonly brand: Brand;
  readonly clientKeys: ClientKeys;
  readonly encryptionKeys: EncryptionKeys;
  readonly failedAuthentications: FailedAuthentications;
  readonly interactionLimits: InteractionLimits;
  readonly pushLimits: PushLimits;
  readonly fetchLimits: FetchLimits;
  readonly registrationLimit: RegistrationLimit;
  /** Per session: codes that are issued without an interaction. */
  readonly codesOfSession: RateLimiter;
  /** Codes that were issued without an interaction. */
  readonly codesHandedOut: HandedOut<FoundCode>;
  /** What was granted with refresh tokens, all of it. */
  readonly refreshTokensHandedOut: HandedOut<Target>;
  /** Makes a code from a handle: the same browser asking twice gets the same answer. */
  readonly codeKey: Buffer;
  /** Under it user codes are stored: idp finds them by it. */
  readonly userCodeKey: Buffer;
  /** Make a refresh token's successor; the first for new ones, all to find one that was made before a key rotation. */
  readonly successorKeys: readonly [Buffer, ...Buffer[]];
  /** How JWT access tokens are signed, by resource. */
  readonly accessTokenForms: FormRules;
}

/** The cheapest one: RSA signs only where a client or a resource asks for it. */
function usualAlgorithmOf(available: readonly SigningAlgorithm[]): SigningAlgorithm {
  const algorithm = signingAlgorithms.find((candidate) => available.includes(candidate));
  if (!algorithm) throw new Error('signing_keys.algorithms names no algorithm for access tokens');
  return algorithm;
}

export function assemble(given: AuthzGiven): Authz {
  const { current, all } = given.config.keyEncryptionKeys;
  const older = all.filter(({ id }) => id !== current.id);
  const successorKey = (key: typeof current) => deriveKey(key, 'refresh token successor');
  return {
    ...given,
    events: createEvents({
      batch: given.auditBatch,
      clock: given.clock,
      retention: given.config.lifetimes.auditEvents,
      log: given.log,
    }),
    brand: brandOf(given.config.pages),
    clientKeys: createClientKeys(given.outbound, given.clock),
    encryptionKeys: createEncryptionKeys(given.sql, given.config.keyEncryptionKeys, given.clock),
    failedAuthentications: createFailedAuthentications(given.clock),
    interactionLimits: createInteractionLimits(given.config.limits, given.clock),
    pushLimits: createPushLimits(given.config.limits, given.clock),
    fetchLimits: createFetchLimits(given.config.limits, given.clock),
    registrationLimit: createRegistrationLimit(given.config.clientRegistration.perAddress, given.clock),
    codesOfSession: createRateLimiter({ ...given.config.limits.interactionsPerAddress, clock: given.clock }),
    codesHandedOut: createHandedOut({ most: 2_000, keptFor: given.config.lifetimes.authorizationCode }),
    // A client comes back when its access token is about to end.
    refreshTokensHandedOut: createHandedOut({ most: 10_000, keptFor: given.config.lifetimes.accessToken }),
    codeKey: deriveKey(current, 'authorization code'),
    userCodeKey: deriveKey(current, 'user code'),
    successorKeys: [successorKey(current), ...older.map(successorKey)],
    accessTokenForms: {
      resources: given.config.resources,
      usualAlgorithm: usualAlgorithmOf(given.config.signingKeys.algorithms),
    },
  };
}
