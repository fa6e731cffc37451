import * as z from 'zod';
import { registrableGrantTypes, registrationAccess } from '../../protocol/client/client-registration.js';
import { count, duration, flag, httpUrl, keySetText, list, orFile, scopeToken, text } from '../values.js';

export const clientRegistration = z
  .strictObject({
    /** Which applications may register themselves (RFC 7591). */
    mode: z.enum(registrationAccess).default('off'),
    /** Whether confidential ones have to send a code challenge, as public ones always have to (OAuth 2.1 §7.5.1). */
    require_pkce: z.boolean().default(true),
    /** How long a client that registered itself is kept if nobody has ever signed in to it. */
    unused_for: duration('365d', '1h').prefault('30d'),
    /** Of clients to which nobody has signed in yet: so many are kept at once. */
    most_unused: count(1, 1_000_000).default(1_000),
    /** Who is believed about applications that register themselves (RFC 7591 §2.3). */
    software_statements: list(
      z.strictObject({ issuer: text(), jwks_uri: httpUrl().optional(), ...orFile('jwks', keySetText()) }),
    ),
    /** Whether no application is registered without one. */
    require_software_statement: flag(false),
    /** What they may be registered for, within what all of them may. */
    policy: z
      .strictObject({
        grant_types: z
          .array(z.enum(registrableGrantTypes))
          .min(1)
          .default([...registrableGrantTypes]),
        /** All where it names none; those of the account API never. */
        scopes: list(scopeToken()),
        /** Where they may be answered: everywhere, where it names none; `.example.com` are all hosts below that. */
        redirect_hosts: list(text('a host such as app.example.com or .example.com')),
      })
      .prefault({}),
    /** What one address block may register or change, for each process: so much at once, and one more after each so long. */
    per_address: z
      .strictObject({ burst: count(1, 100_000).default(20), every: duration('24h', '10ms').prefault('1m') })
      .prefault({}),
  })
  .prefault({});
