import { randomBytes } from 'node:crypto';
import type { AllRolesConfig } from '../../src/config/configuration.js';
import { registrableGrantTypes } from '../../src/protocol/client/client-registration.js';
import { usualSigningAlgorithms } from '../../src/protocol/signing-algorithm.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const api = 'https://api.example/v1';
export const files = 'https://files.example';
export const idpUrl = 'http://localhost:8081';
export const spaOrigin = 'https://spa.example';

const key = { id: 'test', key: randomBytes(32) };

/** What every role of a test is given, unless the test says otherwise: the defaults of production, but for names, keys and what guards against a flood. */
export const configuration: AllRolesConfig = {
  profile: 'test',
  logLevel: 'TRACE',
  logFormat: 'json',
  issuer: 'http://127.0.0.1:8080',
  publicUrls: { idp: idpUrl, rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' },
  internalUrls: {},
  http: {
    bind: '127.0.0.1',
    ports: { authz: 0, idp: 0, rs: 0, spaRp: 0 },
    trustProxy: ['loopback'],
    readTimeout: 30_000,
    writeTimeout: 120_000,
    idleTimeout: 120_000,
    requestTimeout: 30_000,
    shutdownTimeout: 30_000,
    drainDelay: 0,
    maxRequestsInFlight: 512,
    maxRequestsInFlightPerAddress: 256,
    maxUnfinishedRequests: 512,
    maxUnfinishedRequestsPerAddress: 64,
    maxConnections: 2048,
    maxConnectionsPerAddress: 512,
  },
  cors: { origins: [spaOrigin] },
  admin: { bind: '127.0.0.1', port: 0, shutdown: true, diagnostics: false, prometheus: false },
  telemetry: { enabled: false, otlpEndpoint: 'http://127.0.0.1:4317', samplingRatio: 1, tracesPerSecond: 1000 },
  outbound: { allowHosts: ['127.0.0.1'], timeout: 2_000, maxBytes: 65_536 },
  resources: [
    { identifier: api, scopes: ['read:resource', 'write:resource'] },
    { identifier: files, scopes: ['files'] },
  ],
  defaultResource: api,
  claims: { scopes: {} },
  database: {
    maxOpenConns: 16,
    maxIdleConns: 4,
    connMaxLifetime: hour,
    statementTimeout: 10_000,
    connectTimeout: 5_000,
    preparedStatements: true,
    queryTimeout: 15_000,
    allowPlaintext: false,
    coalescing: true,
  },
  keyEncryptionKeys: { current: key, all: [key] },
  signingKeys: { algorithms: [...usualSigningAlgorithms], rotationInterval: 90 * day, publishLead: day },
  lifetimes: {
    interaction: 30 * minute,
    pushedRequest: 90_000,
    authorizationCode: minute,
    accessToken: 10 * minute,
    idToken: hour,
    refreshToken: 30 * day,
    refreshTokenAbsolute: 90 * day,
    refreshGrace: 10_000,
    sessionAbsolute: 12 * hour,
    sessionIdle: 2 * hour,
    auditEvents: 90 * day,
    accountDeletion: 14 * day,
  },
  clients: [],
  clientAssertions: { clockSkew: 10_000 },
  clientRegistration: {
    mode: 'off',
    requirePkce: true,
    unusedFor: 30 * day,
    mostUnused: 1_000,
    perAddress: { burst: 10_000, every: 10 },
    softwareStatements: [],
    requireSoftwareStatement: false,
    policy: { grantTypes: [...registrableGrantTypes], scopes: [], redirectHosts: [] },
  },
  users: [],
  // A hash costs next to nothing.
  password: {
    memoryKib: 8,
    iterations: 1,
    parallelism: 1,
    concurrency: 4,
    queue: 64,
    queuePerAddress: 64,
    minLength: 15,
    breachCheck: { enabled: false, url: 'https://breaches.example/range/' },
  },
  signIn: {
    freeFailures: 3,
    firstDelay: 1_000,
    longestDelay: minute,
    rememberFailures: hour,
    address: { freeFailures: 100, forgiveEvery: 36_000 },
    accountsPerBrowser: 5,
    knownBrowser: 180 * day,
  },
  webauthn: { relatedOrigins: [] },
  registration: 'open',
  identityProviders: [],
  logout: { confirmation: 'unless_hinted' },
  sessionManagement: false,
  factors: { email: 'off', emailAcr: 'aal1' },
  policy: {
    secondFactor: 'when_enrolled',
    trustedBrowsers: 'off',
    signIn: [],
    requirePushedAuthorizationRequests: false,
    requireSignedRequestObject: false,
  },
  limits: {
    interactionsPerAddress: { burst: 10_000, perSecond: 1_000 },
    interactions: { burst: 10_000, perSecond: 1_000 },
    pushedRequestsPerClient: { burst: 10_000, perSecond: 1_000 },
    fetchedRequestsPerAddress: { burst: 10_000, perSecond: 1_000 },
    fetchedRequestsPerClient: { burst: 10_000, perSecond: 1_000 },
  },
  mail: { notices: true, mostPerHour: 6 },
  pages: {
    productName: 'Test Identity',
    lostPasswordUrl: 'https://help.example/password',
    language: 'en',
    colours: { light: {}, dark: {} },
    links: [],
  },
  jobs: { interval: hour, jitter: 0, shortInterval: minute, batchSize: 10 },
  rs: { resource: api, clockSkew: 5_000 },
  spaRp: { clientId: 'spa-rp', scope: 'openid profile email offline_access' },
};
