// What the benchmarks share: the roles with a PostgreSQL of their own, and a browser of cookies and forms.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../support/postgres.mjs';

const children = [];

export const freePort = () =>
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

export function serve(args, env = {}) {
  const child = spawn(...pinned(process.execPath, args), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  return child;
}

export async function ready(url) {
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} did not become ready`);
}

/** A request over a connection of its own kind: `localAddress` is whom the server sees. */
function request(url, { method = 'GET', headers = {}, body, localAddress }) {
  return new Promise((resolve, reject) => {
    const options = { method, headers, ...(localAddress && { localAddress, agent: false }) };
    const req = http.request(url, options, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, text }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** A browser: keeps cookies by origin, follows no redirects. */
export function cookieJar(localAddress) {
  const jar = new Map();
  return async function visit(url, { method, headers, body } = {}) {
    const { origin } = new URL(url);
    const cookies = jar.get(origin) ?? new Map();
    jar.set(origin, cookies);
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await request(url, {
      method,
      headers: { ...headers, ...type, ...(cookie && { cookie }) },
      body: body?.toString(),
      localAddress,
    });
    for (const line of response.headers['set-cookie'] ?? []) {
      const [name, ...value] = (line.split(';')[0] ?? '').split('=');
      cookies.set(name, value.join('='));
    }
    return { status: response.status, text: response.text, location: response.headers.location };
  };
}

export const basicOf = (id, secret) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const demoClient = basicOf('demo-client', 'demo-secret');

/** A sign-in as somebody would do it who agrees to everything. @returns the tokens, or throws where a page refuses */
export async function signIn({
  issuer,
  redirectUri,
  visit = cookieJar(),
  username = 'demo',
  password = 'demo-password',
}) {
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
      if (answer.status >= 400) throw new Error(`${url.pathname.split('/').slice(0, 4).join('/')}: ${answer.status}`);
      const action = /<form[^>]*action="([^"]*)"/.exec(answer.text)?.[1] ?? '';
      const hidden = /<form.*?<\/form>/s.exec(answer.text)?.[0] ?? '';
      const fields = new URLSearchParams(
        [...hidden.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
      );
      if (hidden.includes('name="password"')) {
        fields.set('identifier', username);
        fields.set('password', password);
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
  const answered = await visit(`${issuer}/oauth2/v1/token`, { method: 'POST', headers: demoClient, body });
  if (answered.status !== 200) throw new Error(`token: ${answered.status}`);
  return JSON.parse(answered.text);
}

/**
 * Starts authz, idp and rs as processes on one core, each on a free port, with the development profile.
 * @param extraClients YAML of more clients
 * @returns their addresses and processes, and what ends all of it
 */
export async function startStack({ extraClients = '', edit = (yaml) => yaml } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'identity-bench-'));
  const postgres = await startPostgres();
  const [authz, idp, rs, spa, relyingParty, ...admin] = await Promise.all(Array.from({ length: 8 }, freePort));
  const yaml = readFileSync('configs/identity/development.yml', 'utf8')
    .replaceAll('8080', authz)
    .replaceAll('8081', idp)
    .replaceAll('8082', rs)
    .replaceAll('8083', spa)
    .replaceAll('9999', relyingParty)
    .replace('embedded: .data/postgres', `dsn: ${postgres.url}`)
    .replace('log-level: "INFO"', 'log-level: "ERROR"')
    .replace('clients:\n', `clients:\n${extraClients}`);
  const config = join(folder, 'bench.yml');
  writeFileSync(config, edit(yaml));
  const servers = Object.fromEntries(
    ['authz', 'idp', 'rs'].map((role, index) => [
      role,
      serve(['dist/src/main.js', `--role=${role}`, `--config=${config}`, `--admin-port=${admin[index]}`]),
    ]),
  );
  const stack = {
    issuer: `http://127.0.0.1:${authz}`,
    people: `http://localhost:${idp}`,
    api: `http://127.0.0.1:${rs}`,
    ports: { authz, idp, rs, spa },
    redirectUri: `http://127.0.0.1:${relyingParty}/callback`,
    config,
    servers,
    async stop() {
      for (const child of children) child.kill('SIGKILL');
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const answering = [`${stack.issuer}/health`, `${stack.people}/health`, `${stack.api}/api/v1/public/health`].map(
    ready,
  );
  await Promise.all(answering).catch(async (error) => {
    await stack.stop();
    throw error;
  });
  return stack;
}

/** The command line of the program, for example to create users. @returns what it printed */
export const command = (config, args, input) =>
  execFileSync(process.execPath, ['dist/src/main.js', ...args, `--config=${config}`], { input, encoding: 'utf8' });
