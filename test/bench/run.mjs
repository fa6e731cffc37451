// npm run bench: requests per second of each hot endpoint, as ratios to a bare Express application in the same run.
// Rounds are interleaved and the median counts, because machines are noisy.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../support/postgres.mjs';
import { load } from './load.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const connections = 32;
const basic = { authorization: `Basic ${Buffer.from('demo-client:demo-secret').toString('base64')}` };
const form = { 'content-type': 'application/x-www-form-urlencoded', ...basic };

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Servers on one core, this process on the other, where there are two and taskset is at hand. */
function pinned(command, args) {
  if (availableParallelism() < 2) return [command, args];
  try {
    execFileSync('taskset', ['-c', '0', 'true']);
    return ['taskset', ['-c', '0', command, ...args]];
  } catch {
    return [command, args];
  }
}

const children = [];
function serve(args, env = {}) {
  const child = spawn(...pinned(process.execPath, args), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  return child;
}

async function ready(url) {
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} did not become ready`);
}

function cookieJar() {
  const jar = new Map();
  return async function visit(url, init = {}) {
    const { origin } = new URL(url);
    const cookies = jar.get(origin) ?? new Map();
    jar.set(origin, cookies);
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name, ...value] = (line.split(';')[0] ?? '').split('=');
      cookies.set(name, value.join('='));
    }
    return { text: await response.text(), location: response.headers.get('location') };
  };
}

/** A sign-in as somebody would do it who agrees to everything; returns the tokens. */
async function signIn({ issuer, redirectUri }) {
  const visit = cookieJar();
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'demo-client',
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access read:resource',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  let url = new URL(`${issuer}/oauth2/v1/authorize?${query}`);
  let answer = await visit(url.href);
  for (;;) {
    if (answer.location) {
      url = new URL(answer.location, url);
      if (url.href.startsWith(redirectUri)) break;
      answer = await visit(url.href);
    } else {
      const action = /<form[^>]*action="([^"]*)"/.exec(answer.text)?.[1] ?? '';
      const hidden = /<form.*?<\/form>/s.exec(answer.text)?.[0] ?? '';
      const fields = new URLSearchParams(
        [...hidden.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
      );
      if (hidden.includes('name="password"')) {
        fields.set('identifier', 'demo');
        fields.set('password', 'demo-password');
      } else fields.set('decision', 'allow');
      url = new URL(action, url);
      answer = await visit(url.href, { method: 'POST', body: fields, headers: { origin: url.origin } });
    }
  }
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: url.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  return (await fetch(`${issuer}/oauth2/v1/token`, { method: 'POST', headers: basic, body })).json();
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const memoryOf = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
};

const folder = mkdtempSync(join(tmpdir(), 'identity-bench-'));
const postgres = await startPostgres();
try {
  const [authz, idp, rs, spa, relyingParty, bare, ...admin] = await Promise.all(Array.from({ length: 9 }, freePort));
  const yaml = readFileSync('configs/identity/development.yml', 'utf8')
    .replaceAll('8080', authz)
    .replaceAll('8081', idp)
    .replaceAll('8082', rs)
    .replaceAll('8083', spa)
    .replaceAll('9999', relyingParty)
    .replace('embedded: .data/postgres', `dsn: ${postgres.url}`)
    .replace('log-level: "INFO"', 'log-level: "ERROR"')
    .replace(
      'clients:\n',
      `clients:
  - client_id: opaque-client
    client_secret: demo-secret
    token_endpoint_auth_method: client_secret_basic
    access_token_format: opaque
    grant_types: [client_credentials]
    scope: read:resource\n`,
    );
  const config = join(folder, 'bench.yml');
  writeFileSync(config, yaml);
  const started = performance.now();
  const servers = ['authz', 'idp', 'rs'].map((role, index) =>
    serve(['dist/src/main.js', `--role=${role}`, `--config=${config}`, `--admin-port=${admin[index]}`]),
  );
  serve(['test/bench/reference.mjs'], { PORT: String(bare) });
  const issuer = `http://127.0.0.1:${authz}`;
  const people = `http://localhost:${idp}`;
  const api = `http://127.0.0.1:${rs}`;
  await Promise.all([
    ready(`${issuer}/health`),
    ready(`${people}/health`),
    ready(`${api}/api/v1/public/health`),
    ready(`http://127.0.0.1:${bare}/`),
  ]);
  console.log(
    `ready after ${((performance.now() - started) / 1000).toFixed(2)} s (three roles and the schema on one core)`,
  );

  const redirectUri = `http://127.0.0.1:${relyingParty}/callback`;
  const tokens = await signIn({ issuer, redirectUri });
  const machine = new URLSearchParams({ grant_type: 'client_credentials', scope: 'read:resource' }).toString();
  const opaqueBasic = {
    ...form,
    authorization: `Basic ${Buffer.from('opaque-client:demo-secret').toString('base64')}`,
  };
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  const token = `${issuer}/oauth2/v1/token`;
  // Each connection refreshes a token of its own: rotation is a chain.
  const chains = await Promise.all(Array.from({ length: connections }, () => signIn({ issuer, redirectUri })));
  const waiting = chains.map(({ refresh_token }) => refresh_token);
  const refreshing = {
    url: token,
    method: 'POST',
    headers: form,
    body: () => new URLSearchParams({ grant_type: 'refresh_token', refresh_token: waiting.shift() }).toString(),
    onBody: (text) => waiting.push(JSON.parse(text).refresh_token),
  };

  const cases = {
    'bare Express (the yardstick)': { url: `http://127.0.0.1:${bare}/` },
    discovery: { url: `${issuer}/.well-known/openid-configuration` },
    jwks: { url: `${issuer}/oauth2/v1/jwks` },
    'client_credentials, JWT ES256': { url: token, method: 'POST', headers: form, body: machine },
    'client_credentials, opaque': { url: token, method: 'POST', headers: opaqueBasic, body: machine },
    'introspection, JWT': {
      url: `${issuer}/oauth2/v1/introspect`,
      method: 'POST',
      headers: form,
      body: `token=${tokens.access_token}`,
    },
    'refresh with rotation and ID token': refreshing,
    userinfo: { url: `${people}/oidc/v1/userinfo`, headers: bearer },
    'protected resource, JWT': { url: `${api}/api/v1/protected/resource`, headers: bearer },
  };
  const results = new Map(Object.keys(cases).map((name) => [name, []]));
  for (const target of Object.values(cases)) await load({ ...target, connections, seconds: 1 });
  for (let round = 0; round < rounds; round++) {
    for (const [name, target] of Object.entries(cases)) {
      const { perSecond, bad } = await load({ ...target, connections, seconds });
      if (bad > 0) console.error(`${name}: ${bad} requests were not answered as expected`);
      results.get(name).push(perSecond);
    }
  }
  const yardstick = median(results.get('bare Express (the yardstick)'));
  console.log(`\n${'endpoint'.padEnd(38)} ${'req/s'.padStart(8)}  ratio`);
  for (const [name, values] of results) {
    const perSecond = median(values);
    console.log(`${name.padEnd(38)} ${perSecond.toFixed(0).padStart(8)}  ${(perSecond / yardstick).toFixed(2)}`);
  }
  console.log('\nresident memory after load, MB');
  for (const [index, role] of ['authz', 'idp', 'rs'].entries())
    console.log(`${role.padEnd(38)} ${memoryOf(servers[index].pid).toFixed(0).padStart(8)}`);
} finally {
  for (const child of children) child.kill('SIGKILL');
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
