import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/config/load.js';

interface Service {
  readonly image?: string;
  readonly container_name?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly command?: readonly string[] | string;
  readonly read_only?: boolean;
  readonly profiles?: readonly string[];
  readonly deploy?: {
    readonly resources: { readonly limits: { memory: string }; readonly reservations?: { memory: string } };
  };
}

const read = (path: string): string => readFileSync(join('deployments', path), 'utf8');
const compose = parse(read('compose/identity-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);

describe('the compose stack', () => {
  it('has the containers that the runbook names, under those names', () => {
    const core = ['identity-postgres', 'identity-authz', 'identity-idp', 'identity-rs', 'identity-spa-rp'];
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining([...core, 'opentelemetry-collector-contrib', 'grafana-otel-lgtm']),
    );
    expect(core.map((name) => compose.services[name]?.container_name)).toEqual(core);
  });

  it('publishes on loopback only, and the admin port not at all', () => {
    const ports = services.flatMap(([, { ports: published = [] }]) => published);
    expect(ports.length).toBeGreaterThan(4);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(ports.filter((port) => port.includes('9090'))).toEqual([]);
    expect(compose.services['identity-postgres']?.ports).toEqual(['127.0.0.1:5433:5432']);
  });

  it('hands over secrets as files, never in environment or command line', () => {
    for (const [, { environment = {}, command = [] }] of services) {
      const named = Object.keys(environment).filter(
        (name) => /PASSWORD|SECRET|TOKEN|KEY|DSN/.test(name) && !name.endsWith('_FILE'),
      );
      expect(named.filter((name) => !name.startsWith('GF_'))).toEqual([]);
      expect([command].flat().join(' ')).not.toMatch(/password=|postgres:\/\//);
    }
  });

  it('S16: has the database owned by a user that is no superuser, and a superuser without a password', () => {
    const { environment, volumes } = compose.services['identity-postgres'] ?? {};
    expect(environment?.POSTGRES_USER).toBe('postgres');
    expect(volumes).toContain('./initialise-database.sql:/docker-entrypoint-initdb.d/10-identity.sql:ro');
    const script = read('compose/initialise-database.sql');
    expect(script).toContain('CREATE ROLE identity_user LOGIN CREATEDB PASSWORD');
    expect(script).not.toMatch(/\b(SUPERUSER|CREATEROLE|REPLICATION|BYPASSRLS)\b/);
    expect(script).toContain('ALTER ROLE postgres PASSWORD NULL');
    expect(read('compose/drill')).toContain('initialise-database.sql');
  });

  it.each([
    ['identity-postgres', '512M', '256M'],
    ['identity-authz', '256M', '128M'],
    ['identity-idp', '256M', '128M'],
    ['identity-rs', '256M', '128M'],
    ['identity-spa-rp', '256M', '128M'],
  ])('%s has the memory of the runbook', (name, limit, reservation) => {
    const resources = compose.services[name]?.deploy?.resources;
    expect([resources?.limits.memory, resources?.reservations?.memory]).toEqual([limit, reservation]);
  });

  it('keeps telemetry behind its profile, and the collector below its own limit', () => {
    expect(compose.services['opentelemetry-collector-contrib']?.profiles).toEqual(['telemetry']);
    expect(compose.services['grafana-otel-lgtm']?.profiles).toEqual(['telemetry']);
    const collector = parse(read('collector/config.yaml')) as {
      processors: { memory_limiter: { limit_mib?: number; limit_percentage?: number } };
    };
    const { limit_mib, limit_percentage } = collector.processors.memory_limiter;
    const limit = compose.services['opentelemetry-collector-contrib']?.deploy?.resources.limits.memory ?? '0M';
    expect(limit_mib ?? (Number.parseInt(limit, 10) * (limit_percentage ?? 100)) / 100).toBeLessThan(
      Number.parseInt(limit, 10),
    );
  });
});

describe('dashboards and alerts', () => {
  const sources = readdirSync('src/telemetry/metrics').map((file) =>
    readFileSync(join('src/telemetry/metrics', file), 'utf8'),
  );
  const emitted = new Set(sources.flatMap((source) => source.match(/(?<=')[a-z]+(?:_[a-z]+)+(?=')/g) ?? []));
  const metric =
    /\b[a-z]+(?:_[a-z]+)*_(?:total|seconds|bytes|bucket|sum|count|active|idle|max|waiting|flight|failing)\b/g;
  const unknown = (text: string) =>
    (text.match(metric) ?? []).filter(
      (name) => !emitted.has(name) && !emitted.has(name.replace(/_(bucket|sum|count)$/, '')),
    );

  it.each(readdirSync('deployments/grafana/dashboards'))('%s asks only for what is emitted', (file) => {
    const queries = read(`grafana/dashboards/${file}`).match(/"expr": ?"(?:[^"\\]|\\.)*"/g) ?? [];
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.flatMap(unknown)).toEqual([]);
  });

  it('every rule asks only for what is emitted, and every alert has a rule test', () => {
    const { groups } = parse(read('prometheus/identity-rules.yml')) as {
      groups: { rules: { alert?: string; expr: string }[] }[];
    };
    const rules = groups.flatMap(({ rules: of }) => of);
    expect(rules.flatMap(({ expr }) => unknown(expr.replace(/identity:\S+/g, '')))).toEqual([]);
    const tested = read('prometheus/identity-rules.test.yml');
    expect(rules.flatMap(({ alert }) => (alert && !tested.includes(`alertname: ${alert}`) ? [alert] : []))).toEqual([]);
  });
});

describe('Kubernetes', () => {
  const documents = readdirSync('deployments/kubernetes')
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(read(`kubernetes/${file}`)).map((document) => document.toJS()));
  const deployments = documents.filter(({ kind }) => kind === 'Deployment');

  it('replaces pods without a gap, asks the admin listener, and holds no secret', () => {
    expect(deployments.length).toBe(4);
    for (const { spec } of deployments) {
      expect(spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
      const [container] = spec.template.spec.containers;
      expect(container.readinessProbe.httpGet).toMatchObject({ path: '/readyz', scheme: 'HTTPS' });
      expect(container.livenessProbe.httpGet).toMatchObject({ path: '/livez', scheme: 'HTTPS' });
      expect(container.securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
    }
    expect(documents.filter(({ kind }) => kind === 'PodDisruptionBudget').length).toBeGreaterThanOrEqual(4);
    expect(documents.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  interface Rule {
    readonly from?: readonly object[];
    readonly to?: readonly { readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }[];
    readonly ports?: readonly { readonly port: string | number }[];
  }
  const policies = documents
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as { ingress?: readonly Rule[]; egress?: readonly Rule[] });
  const configuration = parse(read('kubernetes/production.yml')) as {
    http: { trust_proxy: unknown };
    internal_urls?: { authz?: string };
  };

  it('S12: believes one proxy, and lets nobody but that one reach the public ports', () => {
    expect(configuration.http.trust_proxy).toBe(1);
    const entrances = policies
      .flatMap(({ ingress = [] }) => ingress)
      .filter(({ ports }) => ports?.some(({ port }) => port !== 'admin'));
    expect(entrances).toHaveLength(1);
    expect(entrances[0]?.from).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } },
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
      },
    ]);
  });

  it('S30: every way out has an end, and none of the wide ones leads to a private network', () => {
    const ways = policies.flatMap(({ egress = [] }) => egress);
    expect(ways.filter(({ to = [] }) => to.length === 0)).toEqual([]);
    const wide = ways
      .flatMap(({ to = [] }) => to)
      .flatMap(({ ipBlock }) => (ipBlock?.cidr === '0.0.0.0/0' ? [ipBlock.except] : []));
    expect(wide.length).toBeGreaterThan(0);
    for (const except of wide) {
      expect(except).toEqual(
        expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']),
      );
    }
  });

  it('S30: rs fetches keys over TLS', () => {
    expect(configuration.internal_urls?.authz ?? 'https:').toMatch(/^https:/);
  });

  it('is configured so that each role starts', async () => {
    const random = '86GQf9K4TF5qCxwtPk9QYXKDlKa3yNnp+gscLT5PWms=';
    const env = {
      IDENTITY_ADMIN_TOKEN: random,
      IDENTITY_DATABASE_DSN: 'postgres://identity_user:s3cret@db/identity_db?sslmode=verify-full',
      IDENTITY_KEY_ENCRYPTION_KEYS_0_KEY: random,
      IDENTITY_RS_INTROSPECTION_CLIENT_SECRET: random,
      IDENTITY_CLIENTS_1_CLIENT_SECRET: random,
    };
    const { config } = await loadConfig('deployments/kubernetes/production.yml', { role: 'all', env });
    expect(config.profile).toBe('production');
  });
});

describe('the image', () => {
  it('S30: holds no configuration with keys and passwords that everybody knows', () => {
    const copied = readFileSync('Dockerfile', 'utf8').match(/^COPY .*configs.*$/gm);
    expect(copied).toEqual(['COPY configs/identity/production.yml ./configs/identity/production.yml']);
    const context = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!configs'));
    expect(context).toEqual(['!configs/identity/production.yml']);
  });

  it('S30: is built on what the builder names, by digest if need be', () => {
    const bases = readFileSync('Dockerfile', 'utf8').match(/^FROM \S+/gm) ?? [];
    expect(bases.length).toBeGreaterThan(0);
    expect(bases.filter((base) => !/^FROM \$\{(NODE|DEBIAN)\}$/.test(base))).toEqual([]);
  });
});

describe('the secrets of a local stack', () => {
  it('S30: an admin token for each reader, and the same client secret for both of its users', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'secrets-'));
    await writeFile(join(folder, 'chown'), '#!/bin/sh\n', { mode: 0o755 }); // who runs tests may not give files away
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const made = spawnSync('sh', ['deployments/compose/generate-secrets', folder], { env, encoding: 'utf8' });
    expect([made.status, made.stderr]).toEqual([0, '']);
    const secret = (file: string) => readFileSync(join(folder, file), 'utf8');
    const tokens = ['server', 'rs', 'spa-rp'].map((reader) => secret(`${reader}/identity_admin_token`));
    expect(new Set(tokens).size).toBe(3);
    expect(secret('rs/identity_rs_client_secret')).toBe(secret('server/identity_rs_client_secret'));
    await rm(folder, { recursive: true });
  });
});
