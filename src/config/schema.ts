import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { accessTokenTypes } from '../protocol/access-token-types.js';
import { type Language, languages } from '../protocol/language.js';
import { logoutConfirmations } from '../protocol/sign-in/logout.js';
import { secondFactorPolicies } from '../protocol/sign-in/next-step.js';
import { signingAlgorithms } from '../protocol/signing-algorithm.js';
import { declaredClient, declaredUser } from './declared.js';
import {
  claimName,
  colour,
  count,
  dsn,
  duration,
  file,
  flag,
  httpUrl,
  key256,
  list,
  mailAddress,
  orFile,
  origin,
  port,
  publicUrl,
  resourceIdentifier,
  scopeToken,
  secret,
  shutdownAccess,
  stylesheetText,
  svgText,
  text,
  trustedProxies,
} from './values.js';

const http = z
  .strictObject({
    bind: text('an address to listen on').default('127.0.0.1'),
    ports: z
      .strictObject({
        authz: port().default(8080),
        idp: port().default(8081),
        rs: port().default(8082),
        spa_rp: port().default(8083),
      })
      .prefault({}),
    /** Proxies whose X-Forwarded-* are believed, by number or by address. */
    trust_proxy: trustedProxies(),
    read_timeout: duration('1h', '100ms').prefault('30s'),
    write_timeout: duration('1h', '100ms').prefault('120s'),
    idle_timeout: duration('1h', '100ms').prefault('120s'),
    request_timeout: duration('1h', '100ms').prefault('30s'),
    shutdown_timeout: duration('1h').prefault('30s'),
    /** Between "not ready" and the end of accepting, so that balancers notice. */
    drain_delay: duration('10m').prefault('0s'),
    max_requests_in_flight: count().default(512),
    /** Of one address block (an IPv4 address, an IPv6 /64), as for all keys with this ending; a trusted proxy is none. */
    max_requests_in_flight_per_address: count().default(256),
    /** Requests whose body is still to come. */
    max_unfinished_requests: count().default(512),
    max_unfinished_requests_per_address: count().default(64),
    max_connections: count().default(2048),
    max_connections_per_address: count().default(512),
    tls: z.strictObject({ cert_file: file(), key_file: file() }).optional(),
  })
  .prefault({});

const admin = z
  .strictObject({
    bind: text('an address to listen on').default('127.0.0.1'),
    port: port().default(9090),
    shutdown: shutdownAccess(),
    ...orFile('token', secret()),
    diagnostics: flag(false),
    prometheus: flag(false),
  })
  .prefault({});

const telemetry = z
  .strictObject({
    enabled: flag(false),
    otlp_endpoint: httpUrl().default('http://opentelemetry-collector-contrib:4317'),
    sampling_ratio: z.number().min(0).max(1).default(1).meta({ expected: 'a number from 0 to 1' }),
  })
  .prefault({});

const database = z
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

const keyEncryptionKey = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .meta({ expected: 'a name of 1 to 64 letters, digits, dots, dashes and underscores' }),
  ...orFile('key', key256()),
});

const signingKeys = z
  .strictObject({
    algorithms: z
      .array(z.enum(signingAlgorithms))
      .min(1)
      .default([...signingAlgorithms])
      .meta({ expected: `a list of ${signingAlgorithms.join(', ')}` }),
    rotation_interval: duration('3650d', '1m').prefault('90d'),
    /** How long a key is published before it signs: longer than anybody caches the key set. */
    publish_lead: duration('365d').prefault('24h'),
  })
  .prefault({});

const lifetimes = z
  .strictObject({
    interaction: duration('24h', '1s').prefault('30m'),
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
  })
  .prefault({});

const password = z
  .strictObject({
    memory_kib: count(8).default(19_456),
    iterations: count(1, 100).default(2),
    parallelism: count(1, 16).default(1),
    /** Hashes at once: one core is left for tokens, and each hash holds `memory_kib`. */
    concurrency: count(1, 64).default(Math.min(4, Math.max(1, availableParallelism() - 1))),
    queue: count(0, 10_000).default(32),
    /** Of `queue`, those from one address block. */
    queue_per_address: count(1, 10_000).default(8),
  })
  .prefault({});

const signIn = z
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
    /** How long a browser that once signed in to an account counts as known there. */
    known_browser: duration('3650d', '1s').prefault('180d'),
  })
  .prefault({});

const webauthn = z
  .strictObject({
    /** By default the host of idp's public URL; may be a domain above it (WebAuthn Level 3 §5.1.2). */
    rp_id: text('a domain').optional(),
    /** Other origins on which its passkeys may be used (WebAuthn Level 3 §5.11). */
    related_origins: list(origin()),
  })
  .prefault({});

const logout = z
  .strictObject({
    /** Without a question only for an ID token of the very session (OIDC RP-Initiated Logout §2). */
    confirmation: z.enum(logoutConfirmations).default('unless_hinted'),
  })
  .prefault({});

const policy = z
  .strictObject({
    /** Whether somebody who signs in with a password is asked for a second factor. */
    second_factor: z.enum(secondFactorPolicies).default('when_enrolled'),
  })
  .prefault({});

const rateLimit = (burst: number, perSecond: number) =>
  z
    .strictObject({
      /** So many at once … */
      burst: count(1).default(burst),
      /** … and so many a second in the long run. */
      per_second: count(1, 100_000).default(perSecond),
    })
    .prefault({});

/** What strangers can make a process store, for each process. */
const limits = z
  .strictObject({
    interactions_per_address: rateLimit(600, 5),
    interactions: rateLimit(10_000, 200),
  })
  .prefault({});

const outbound = z
  .strictObject({
    /** Hosts (host or host:port) that may be fetched from although private or plain http. */
    allow_hosts: list(text('a host or host:port')),
    ...orFile('ca', text('a PEM certificate')),
    timeout: duration('1m', '100ms').prefault('5s'),
    max_bytes: count(1024, 10_485_760).default(131_072),
  })
  .prefault({});

/** What stands out, and what is behind everything. */
const colours = z.strictObject({ accent: colour().optional(), ground: colour().optional() }).prefault({});

/** Of the languages, those in which a text differs. */
const translations = z
  .strictObject(
    Object.fromEntries(languages.map((tag) => [tag, text().optional()])) as Record<
      Language,
      z.ZodOptional<z.ZodString>
    >,
  )
  .prefault({});

const pages = z
  .strictObject({
    product_name: text().default('Identity'),
    lost_password_url: httpUrl().optional(),
    /** For whom neither the request nor the browser names a language that we have. */
    language: z.enum(languages).default('en'),
    ...orFile('logo', svgText()),
    logo_url: httpUrl().meta({ alternativeTo: 'logo' }).optional(),
    colours: z.strictObject({ light: colours, dark: colours }).prefault({}),
    /** Below our own, so that it wins. */
    ...orFile('stylesheet', stylesheetText()),
    /** At the foot of every page. */
    links: list(z.strictObject({ text: text(), url: httpUrl(), translations })),
  })
  .prefault({});

/** Without `smtp`, production sends nothing, and the other profiles show what they would send. */
const mail = z
  .strictObject({
    smtp: z
      .strictObject({
        host: text('a host'),
        /** By default that of the way it is encrypted: 465, 587, 25. */
        port: port().optional(),
        /** TLS from the first byte, TLS after STARTTLS (RFC 3207), or none. */
        tls: z
          .enum(['required', 'starttls', 'none'])
          .default('required')
          .meta({ expected: 'required, starttls or none' }),
        username: text().optional(),
        ...orFile('password', secret()),
        /** A certificate authority in the place of the system's. */
        ...orFile('ca', text('a PEM certificate')),
        /** For a connection, and for each of the server's answers. */
        timeout: duration('1m', '100ms').prefault('10s'),
      })
      .optional(),
    from: mailAddress().optional(),
    reply_to: mailAddress().optional(),
    /** Whether people are told of what happens to their account. */
    notices: flag(true),
    /** Of one kind, to a person and to an address. */
    most_per_hour: count(1, 1000).default(6),
  })
  .prefault({});

const resource = z.strictObject({
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
  users: list(declaredUser),
  password,
  sign_in: signIn,
  webauthn,
  logout,
  policy,
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
