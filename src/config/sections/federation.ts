import * as z from 'zod';
import { claimName, file, flag, httpUrl, scopeToken, secret, text } from '../values.js';

/** Providers that are known by name: what differs at them is in `identity-providers.ts`. */
export const presets = ['google', 'microsoft', 'github'] as const;

/** Where people may have an account with which they sign in here. */
export const identityProvider = z.strictObject({
  /** In its redirect URI, and with each identity that is linked: it must not change. */
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
    .meta({ expected: 'a short name of small letters, digits and hyphens' }),
  /** On its button. */
  name: text().optional(),
  preset: z.enum(presets).optional(),
  /** OIDC Discovery §3; by default that of the preset. */
  issuer: httpUrl().optional(),
  client_id: text(),
  client_secret: secret().optional(),
  client_secret_file: file().meta({ alternativeTo: 'client_secret' }).optional(),
  scopes: z.array(scopeToken()).min(1).optional(),
  /** Our claims and the provider's from which each is taken when an account is created. */
  claims: z.record(z.string(), claimName()).optional(),
  /** What becomes of somebody whose identity is linked with no account. */
  on_unknown: z.enum(['refuse', 'create']).default('refuse'),
  /** Whether an address that the provider calls verified is one. */
  trust_email: flag(false),
  /** Whether a sign-in with several factors over there is one here. */
  trust_acr: flag(false),
  /** Whether a sign-out here ends the session over there, too. */
  logout: flag(false),
});
