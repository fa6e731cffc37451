import { createTurns, type Turns } from '../cache/turns.js';
import type { Clock } from '../clock.js';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import { deriveKey } from '../crypto/encryption.js';
import type { PasswordHasher } from '../crypto/password.js';
import type { Random } from '../crypto/random.js';
import { createEvents, type Events } from '../events/events.js';
import type { Cookies } from '../http/browser/cookies.js';
import { createRateLimiter, type RateLimiter } from '../http/limits/rate-limiter.js';
import type { Outbound } from '../http/outbound/client.js';
import { type ClientKeys, createClientKeys } from '../http/outbound/client-keys.js';
import { createMailing, type Mailing } from '../mail/mailing.js';
import type { Wake } from '../mail/wake.js';
import { type Brand, brandOf } from '../pages/brand.js';
import type { PasswordCheck } from '../passwords/password-check.js';
import { type SignInDelayRule, signInDelays } from '../protocol/sign-in/sign-in-delay.js';
import type { AuditBatch } from '../storage/audit/audit-events.js';
import type { ClientCache } from '../storage/clients/clients.js';
import type { Sql } from '../storage/connection/sql.js';
import type { SigningKeys } from '../storage/signing-keys.js';
import type { Subjects } from '../storage/subjects.js';
import type { Log } from '../telemetry/log/logger.js';
import { rateLimited } from '../telemetry/log/rate-limited.js';
import type { Script } from './script.js';
import { createUserCodeLimits, type UserCodeLimits } from './user-code-limits.js';

/** The part of the configuration that this room reads. */
export type IdpConfig = Pick<
  DatabaseRoleConfig,
  | 'profile'
  | 'issuer'
  | 'publicUrls'
  | 'resources'
  | 'defaultResource'
  | 'claims'
  | 'lifetimes'
  | 'limits'
  | 'keyEncryptionKeys'
  | 'signIn'
  | 'webauthn'
  | 'registration'
  | 'identityProviders'
  | 'logout'
  | 'sessionManagement'
  | 'policy'
  | 'factors'
  | 'mail'
  | 'pages'
  | 'cors'
>;

/** What this room is given. */
export interface IdpGiven {
  readonly config: IdpConfig;
  readonly sql: Sql;
  readonly clients: ClientCache;
  readonly signingKeys: SigningKeys;
  readonly subjects: Subjects;
  readonly passwords: PasswordHasher;
  readonly passwordCheck: PasswordCheck;
  /** Takes the events of requests that change no row. */
  readonly auditBatch: AuditBatch;
  /** Of whoever delivers mail in this process. */
  readonly mailWake: Wake;
  /** Of whoever tells clients of logouts in this process. */
  readonly logoutWake: Wake;
  readonly cookies: Cookies;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What the endpoints work with: what was given, and what follows from it. */
export interface Idp extends IdpGiven {
  readonly events: Events;
  readonly brand: Brand;
  readonly mailing: Mailing;
  readonly clientKeys: ClientKeys;
  /** Of the pages; none where it was not built. */
  readonly script: Script | undefined;
  /** Attempts under one narrow counter are judged one after another: twenty guesses at once are twenty failures. */
  readonly signInTurns: Turns;
  /** Per address block: failed sign-ins that get a line in the log and a row in the audit trail. */
  readonly recordedFailures: RateLimiter;
  /** At most one line a minute, however many attempts there are. */
  readonly tellOfAddressDelay: (clientId: string | undefined) => void;
  /** Per identifier: attempts from address blocks that have not failed there, while all strangers together have too often. */
  readonly sharedAttempts: RateLimiter;
  /** Per address block and account: successes that make good a failure of the block. */
  readonly forgivingSuccesses: RateLimiter;
  /** Per address block: links to be mailed that were asked for. */
  readonly linksAskedFor: RateLimiter;
  /** Per address block: codes to be mailed in the place of a password. */
  readonly emailCodesAskedFor: RateLimiter;
  /** Per address block: visits to account pages by somebody who has to sign in first. */
  readonly accountStarts: RateLimiter;
  /** Per address block: browsers that are sent to another provider. */
  readonly federationStarts: RateLimiter;
  readonly userCodeLimits: UserCodeLimits;
  readonly csrfKey: Buffer;
  /** Makes the handle from the interaction's id: a double click gets the same one. */
  readonly handleKey: Buffer;
  readonly failureKey: Buffer;
  /** Makes the WebAuthn challenges of an interaction: to show one needs no write. */
  readonly challengeKey: Buffer;
  /** Makes the secret of an authenticator app that is being set up from what it is set up in: nothing is stored before it is confirmed. */
  readonly enrolmentKey: Buffer;
  /** Hashes codes that are mailed: there are too few of them for a hash without a key. */
  readonly emailCodeKey: Buffer;
  /** Under one of them authz stored the code of a device. */
  readonly userCodeKeys: readonly Buffer[];
  /** The first signs, all verify, so that a key rotation makes no browser a stranger. */
  readonly knownBrowserKeys: readonly [Buffer, ...Buffer[]];
  readonly delays: { readonly narrow: readonly number[]; readonly wide: readonly number[] };
}

/** How many more failures all strangers together may cause than one: an owner behind a shared address still gets through. */
const wideFactor = 10;

/** Beyond a browser's six connections and a suite that signs one user in from many browsers; nothing is counted beyond. */
const turnsLimits = { perKey: 64, perGroup: 128 };

export function assemble(given: IdpGiven, script: Script | undefined): Idp {
  const { keyEncryptionKeys, signIn } = given.config;
  const { current, all } = keyEncryptionKeys;
  const older = all.filter(({ id }) => id !== current.id);
  const knownBrowserKey = (key: typeof current) => deriveKey(key, 'known browser');
  const rule: SignInDelayRule = signIn;
  return {
    ...given,
    script,
    events: createEvents({
      batch: given.auditBatch,
      clock: given.clock,
      retention: given.config.lifetimes.auditEvents,
      log: given.log,
    }),
    brand: brandOf(given.config.pages),
    mailing: createMailing({ ...given, wake: given.mailWake }),
    clientKeys: createClientKeys(given.outbound, given.clock),
    signInTurns: createTurns(turnsLimits),
    recordedFailures: createRateLimiter({ clock: given.clock, burst: 20, perSecond: 1 / 60 }),
    tellOfAddressDelay: rateLimited(60_000, given.clock, (suppressed, clientId: string | undefined) =>
      given.log.warn('sign ins delayed for failures of their address', { client_id: clientId, suppressed }),
    ),
    sharedAttempts: createRateLimiter({ clock: given.clock, burst: 1, perSecond: 1 / 2 }),
    // An account of a stranger's own would otherwise pay for guesses at others' without end.
    forgivingSuccesses: createRateLimiter({ clock: given.clock, burst: 1, perSecond: 1 / 3_600 }),
    linksAskedFor: createRateLimiter({ clock: given.clock, burst: 20, perSecond: 1 / 60 }),
    emailCodesAskedFor: createRateLimiter({ clock: given.clock, burst: 60, perSecond: 1 / 10 }),
    accountStarts: createRateLimiter({ ...given.config.limits.interactionsPerAddress, clock: given.clock }),
    federationStarts: createRateLimiter({ ...given.config.limits.interactionsPerAddress, clock: given.clock }),
    userCodeLimits: createUserCodeLimits(given.clock),
    csrfKey: deriveKey(current, 'csrf'),
    handleKey: deriveKey(current, 'interaction handle'),
    challengeKey: deriveKey(current, 'webauthn challenges'),
    enrolmentKey: deriveKey(current, 'enrolment'),
    failureKey: deriveKey(current, 'sign-in failures'),
    emailCodeKey: deriveKey(current, 'email code'),
    userCodeKeys: all.map((key) => deriveKey(key, 'user code')),
    knownBrowserKeys: [knownBrowserKey(current), ...older.map(knownBrowserKey)],
    delays: {
      narrow: signInDelays(rule),
      wide: signInDelays({ ...rule, freeFailures: Math.max(1, rule.freeFailures) * wideFactor }),
    },
  };
}
