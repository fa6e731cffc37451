import * as z from 'zod';
import { signingAlgorithms, usualSigningAlgorithms } from '../../protocol/signing-algorithm.js';
import { count, dsn, duration, flag, key256, orFile, text } from '../values.js';

export const database = z
  .strictObject({
    ...orFile('dsn', dsn()),
    /** A folder for a PostgreSQL of our own, for development and test. */
    embedded: text('the name of a folder').meta({ alternativeTo: 'dsn' }).optional(),
    /** Where the pool goes through PgBouncer: a direct way in for migrations. */
    ...orFile('migration_dsn', dsn()),
    max_open_conns: count(1, 10_000).default(100),
    max_idle_conns: count(0, 10_000).default(10),
    conn_max_lifetime: duration().prefault('3600s'),
    /** PostgreSQL's own: the earlier one, so that it ends the statement and the connection can be used again. */
    statement_timeout: duration('1h').prefault('5s'),
    /** Ours, for a server that cannot keep its own: one that is stopped, or behind a network that swallows packets. */
    query_timeout: duration('1h').prefault('6s'),
    connect_timeout: duration('10m', '100ms').prefault('5s'),
    /** Production wants TLS to any server that is not on this machine; true where the network in between is nobody else's. */
    allow_plaintext: flag(false),
    prepared_statements: flag(true),
    coalescing: flag(true),
  })
  .prefault({});

export const keyEncryptionKey = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .meta({ expected: 'a name of 1 to 64 letters, digits, dots, dashes and underscores' }),
  ...orFile('key', key256()),
});

export const signingKeys = z
  .strictObject({
    algorithms: z
      .array(z.enum(signingAlgorithms))
      .min(1)
      .default([...usualSigningAlgorithms])
      .meta({ expected: `a list of ${signingAlgorithms.join(', ')}` }),
    rotation_interval: duration('3650d', '1m').prefault('90d'),
    /** How long a key is published before it signs: longer than anybody caches the key set. */
    publish_lead: duration('365d').prefault('24h'),
  })
  .prefault({});
