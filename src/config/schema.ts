import * as z from 'zod';
import { registrationModes } from '../protocol/sign-in/registration.js';
import { declaredClient, declaredUser } from './declared.js';
import { clientRegistration } from './sections/clients.js';
import { identityProvider } from './sections/federation.js';
import { mail } from './sections/mail.js';
import { admin, http, limits, outbound, telemetry } from './sections/network.js';
import { pages } from './sections/pages.js';
import { factors, logout, password, policy, signIn, webauthn } from './sections/people.js';
import { database, keyEncryptionKey, signingKeys } from './sections/storage.js';
import { lifetimes, resource } from './sections/tokens.js';
import {
  claimName,
  count,
  duration,
  flag,
  list,
  orFile,
  origin,
  publicUrl,
  resourceIdentifier,
  secret,
  text,
} from './values.js';

/** Everything a configuration file may say, with every default. Keys are as the file has them. */
export const fileSchema = z.strictObject({
  profile: z.enum(['production', 'development', 'test']).default('production'),
  'log-level': z.enum(['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']).default('INFO'),
  'log-format': z.enum(['json', 'text']).default('json'),
  /** The public URL of authz (RFC 8414 §2). */
  issuer: publicUrl(),
  /** Each role insists on those that it needs. */
  public_urls: z
    .strictObject({ idp: publicUrl().optional(), rs: publicUrl().optional(), spa_rp: publicUrl().optional() })
    .prefault({}),
  /** Where rs finds authz when the issuer's URL does not resolve there (containers). */
  internal_urls: z.strictObject({ authz: publicUrl().optional() }).prefault({}),
  http,
  cors: z.strictObject({ origins: list(origin()) }).prefault({}),
  admin,
  telemetry,
  outbound,
  /** Audiences (RFC 8707) and the scopes that each knows. */
  resources: list(resource),
  default_resource: resourceIdentifier().optional(),
  /** What can be known of users beyond the standard claims. */
  claims: z
    .strictObject({
      /** Scopes of the installation's own, each with the claims that it asks for. */
      scopes: z.record(z.string(), z.array(claimName()).min(1)).default({}),
    })
    .prefault({}),
  database,
  /** The first encrypts, all decrypt. */
  key_encryption_keys: list(keyEncryptionKey),
  signing_keys: signingKeys,
  lifetimes,
  clients: list(declaredClient),
  client_assertions: z
    .strictObject({
      /** How far a client's clock may differ from ours, either way. */
      clock_skew: duration('60s', '5s').prefault('10s'),
    })
    .prefault({}),
  client_registration: clientRegistration,
  users: list(declaredUser),
  password,
  sign_in: signIn,
  webauthn,
  /** Who may make an account of their own. */
  registration: z.enum(registrationModes).default('off'),
  /** Other providers with whose accounts people sign in here. */
  identity_providers: list(identityProvider),
  logout,
  /** Whether clients may ask in a frame if the session has changed (OIDC Session Management §3). */
  session_management: flag(false),
  policy,
  /** Ways to prove who one is beside passwords, apps and passkeys. */
  factors,
  limits,
  mail,
  pages,
  jobs: z
    .strictObject({
      interval: duration('7d', '1s').prefault('1h'),
      jitter: duration('1d').prefault('10m'),
      /** Between two rounds over what lives for minutes. */
      short_interval: duration('1h', '1s').prefault('1m'),
      batch_size: count(1, 100_000).default(1000),
    })
    .prefault({}),
  rs: z
    .strictObject({
      /** The audience that rs insists on; by default the default resource. */
      resource: resourceIdentifier().optional(),
      /** How far the clocks of authz and rs may be apart. */
      clock_skew: duration('5m').prefault('5s'),
      introspection: z.strictObject({ client_id: text(), ...orFile('client_secret', secret()) }).optional(),
      /** What writes need of the sign-in that a token comes from (RFC 9470 §3). */
      step_up: z
        .strictObject({ acr_values: list(text('an acr')), max_age: duration('30d', '1s').optional() })
        .optional(),
    })
    .prefault({}),
  spa_rp: z
    .strictObject({
      client_id: text().default('spa-rp'),
      scope: text().default('openid profile email offline_access'),
    })
    .prefault({}),
});

export type FileSections = z.output<typeof fileSchema>;
