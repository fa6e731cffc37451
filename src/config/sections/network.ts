import * as z from 'zod';
import {
  count,
  duration,
  file,
  flag,
  httpUrl,
  list,
  orFile,
  port,
  secret,
  shutdownAccess,
  text,
  trustedProxies,
} from '../values.js';

export const http = z
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

export const admin = z
  .strictObject({
    bind: text('an address to listen on').default('127.0.0.1'),
    port: port().default(9090),
    shutdown: shutdownAccess(),
    ...orFile('token', secret()),
    diagnostics: flag(false),
    prometheus: flag(false),
  })
  .prefault({});

export const telemetry = z
  .strictObject({
    enabled: flag(false),
    otlp_endpoint: httpUrl().default('http://opentelemetry-collector-contrib:4317'),
    sampling_ratio: z.number().min(0).max(1).default(1).meta({ expected: 'a number from 0 to 1' }),
    /** Of one process, over which being traced costs nothing more. */
    traces_per_second: count(1, 1_000_000).default(100),
  })
  .prefault({});

export const outbound = z
  .strictObject({
    /** Hosts (host or host:port) that may be fetched from although private or plain http. */
    allow_hosts: list(text('a host or host:port')),
    ...orFile('ca', text('a PEM certificate')),
    timeout: duration('1m', '100ms').prefault('5s'),
    max_bytes: count(1024, 10_485_760).default(131_072),
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
export const limits = z
  .strictObject({
    interactions_per_address: rateLimit(600, 5),
    interactions: rateLimit(10_000, 200),
    /** Of a client that authenticates; those of public ones count like interactions. */
    pushed_requests_per_client: rateLimit(2_000, 50),
    /** Request objects that are fetched from a `request_uri`: by whoever asks … */
    fetched_requests_per_address: rateLimit(60, 1),
    /** … and from one client. */
    fetched_requests_per_client: rateLimit(200, 20),
  })
  .prefault({});
