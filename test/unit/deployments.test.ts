import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';

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
  const metric = /\b[a-z]+(?:_[a-z]+)*_(?:total|seconds|bytes|bucket|sum|count|active|idle|max|waiting|flight)\b/g;
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
});
