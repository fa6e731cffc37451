import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { defaultMinLength, shortestMinLength } from '../../protocol/password/policy.js';
import { mostAccounts } from '../../protocol/sign-in/accounts-in-browser.js';
import { authenticationContextClasses } from '../../protocol/sign-in/authentication-context.js';
import { emailFactors } from '../../protocol/sign-in/email-code.js';
import { logoutConfirmations } from '../../protocol/sign-in/logout.js';
import { secondFactorPolicies } from '../../protocol/sign-in/sign-in-policy.js';
import { count, duration, flag, httpUrl, list, origin, text } from '../values.js';

export const password = z
  .strictObject({
    memory_kib: count(8).default(19_456),
    iterations: count(1, 100).default(2),
    parallelism: count(1, 16).default(1),
    /** Hashes at once: one core is left for tokens, and each hash holds `memory_kib`. */
    concurrency: count(1, 64).default(Math.min(4, Math.max(1, availableParallelism() - 1))),
    queue: count(0, 10_000).default(32),
    /** Of `queue`, those from one address block. */
    queue_per_address: count(1, 10_000).default(8),
    /** Of new ones, in characters (NIST SP 800-63B-4 §3.1.1.2). */
    min_length: count(shortestMinLength, 64).default(defaultMinLength),
    /** Whether new ones are looked up among those from breaches, by the first five digits of their SHA-1. */
    breach_check: z
      .strictObject({ enabled: flag(false), url: httpUrl().default('https://api.pwnedpasswords.com/range/') })
      .prefault({}),
  })
  .prefault({});

export const signIn = z
  .strictObject({
    /** Failures that cost no delay; each later one doubles it, from `first_delay` up to `longest_delay`. */
    free_failures: count(0, 100).default(3),
    first_delay: duration('60s', '1ms').prefault('1s'),
    longest_delay: duration('60s', '1ms').prefault('60s'),
    /** After so long without a failure the count starts afresh. */
    remember_failures: duration('30d', '1s').prefault('1h'),
    /** Failures of one address block over all identifiers: so many, and one more after each so long. */
    address: z
      .strictObject({
        free_failures: count(1, 1_000_000).default(100),
        forgive_every: duration('24h', '10ms').prefault('36s'),
      })
      .prefault({}),
    /** In one browser at once; with 1, whoever signs in ends the session of whoever was signed in there. */
    accounts_per_browser: count(1, mostAccounts).default(mostAccounts),
    /** How long a browser that once signed in to an account counts as known there. */
    known_browser: duration('3650d', '1s').prefault('180d'),
  })
  .prefault({});

export const webauthn = z
  .strictObject({
    /** By default the host of idp's public URL; may be a domain above it (WebAuthn Level 3 §5.1.2). */
    rp_id: text('a domain').optional(),
    /** Other origins on which its passkeys may be used (WebAuthn Level 3 §5.11). */
    related_origins: list(origin()),
  })
  .prefault({});

export const logout = z
  .strictObject({
    /** Without a question only for an ID token of the very session (OIDC RP-Initiated Logout §2). */
    confirmation: z.enum(logoutConfirmations).default('unless_hinted'),
  })
  .prefault({});

/** Of whom, and where they go, a sign-in is demanded that amounts to `acr`. */
const signInRule = z
  .strictObject({
    acr: z.enum(authenticationContextClasses),
    everyone: z.literal(true).optional(),
    groups: z.array(text('a group')).min(1).optional(),
    clients: z.array(text('a client_id')).min(1).optional(),
  })
  .refine(({ everyone, groups, clients }) => (everyone === undefined) !== ((groups ?? clients) === undefined))
  .meta({ expected: 'acr beside groups, clients or both, or else beside everyone: true' });
export const factors = z
  .strictObject({
    /** A code that is mailed to somebody: after the password, or in its place. */
    email: z.enum(emailFactors).default('off'),
    /** What a password and such a code amount to. */
    email_acr: z.enum(['aal1', 'aal2']).default('aal1'),
  })
  .prefault({});

export const policy = z
  .strictObject({
    /** Whether somebody who signs in with a password is asked for a second factor. */
    second_factor: z.enum(secondFactorPolicies).default('when_enrolled'),
    /** Whether, and for how long, somebody can have a browser in which no code is asked for; nothing that demands one is met by it. */
    trusted_browsers: z
      .union([z.literal('off'), duration('90d', '1d')])
      .meta({ expected: 'off, or a duration between 1d and 90d' })
      .prefault('off'),
    /** The strongest that applies is demanded, whatever the client asks for. */
    sign_in: list(signInRule),
    /** Whether authorization requests of every client have to be pushed (RFC 9126 §5). */
    require_pushed_authorization_requests: flag(false),
    /** Whether they have to be signed request objects (RFC 9101 §10.5). */
    require_signed_request_object: flag(false),
  })
  .prefault({});
