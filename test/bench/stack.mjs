// What the benchmarks share: the roles with a PostgreSQL of their own, and a browser of cookies and forms.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../support/postgres.mjs';
import { placed } from './cores.mjs';

const children = [];

export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/**
 * A pipe of which another process reads what a server logs, as a container's runtime would, and not on the servers' core. (What
 * `spawn` calls a pipe is a socket, which costs more to write to.)
 */
function startReader() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-log-'));
  const pipe = join(folder, 'log');
  execFileSync('mkfifo', [pipe]);
  children.push(spawn('cat', [pipe], { stdio: ['ignore', 'ignore', 'inherit'] }));
  const end = openSync(pipe, 'w'); // waits for the reader
  rmSync(folder, { recursive: true });
  return end;
}

/** @param isRead whether somebody reads the log; otherwise it goes nowhere */
export function serve(args, env = {}, isRead = false) {
  const log = isRead ? startReader() : 'ignore';
  const child = spawn(...placed(process.env.BENCH_NODE ?? process.execPath, args), {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, 'inherit'],
  });
  if (isRead) closeSync(log);
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
      const [pair = '', ...attributes] = line.split(';');
      const [name, ...value] = pair.split('=');
      const expires = attributes.find((attribute) => /^ *expires=/i.test(attribute))?.split('=')[1];
      if (expires !== undefined && Date.parse(expires) < Date.now()) cookies.delete(name);
      else cookies.set(name, value.join('='));
    }
    return { status: response.status, text: response.text, location: response.headers.location };
  };
}

export const basicOf = (id, secret) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const demo = {
  client_id: 'demo-client',
  client_secret: 'demo-secret',
  scope: 'openid profile offline_access read:resource',
};

/**
 * A sign-in as somebody would do it who agrees to everything; one step where there is a session.
 * @param client with the redirect URI that the code goes to
 * @returns the tokens, or throws where a page refuses
 */
export async function signIn({
  issuer,
  redirectUri,
  client = { ...demo, redirect_uri: redirectUri },
  endpoints = { authorize: `${issuer}/oauth2/v1/authorize`, token: `${issuer}/oauth2/v1/token` },
  visit = cookieJar(),
  username = 'demo',
  password = 'demo-password',
}) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: client.redirect_uri,
    scope: client.scope,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  let url = new URL(`${endpoints.authorize}?${query}`);
  let answer = await visit(url.href);
  for (;;) {
    if (answer.location) {
      url = new URL(answer.location, url);
      if (url.href.startsWith(client.redirect_uri)) break;
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
  const code = url.searchParams.get('code') ?? '';
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirect_uri,
    code_verifier: verifier,
  });
  const headers = basicOf(client.client_id, client.client_secret);
  const answered = await visit(endpoints.token, { method: 'POST', headers, body });
  if (answered.status !== 200) throw new Error(`token: ${answered.status}`);
  return JSON.parse(answered.text);
}

/**
 * Starts authz, idp and rs as processes, each on a free port, with the development profile.
 * @param extraClients YAML of more clients
 * @param flags for node
 * @param edit changes the configuration before it is written
 * @param postgresSettings instead of those of tests, which need no durability
 * @param isRead whether somebody reads the log
 * @returns their addresses and processes, and what ends all of it
 */
export async function startStack({
  extraClients = '',
  edit = (yaml) => yaml,
  postgresSettings,
  roles = ['authz', 'idp', 'rs'],
  flags = [],
  isRead = false,
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'identity-bench-'));
  const postgres = await startPostgres(postgresSettings);
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
  const serveRole = (role, adminPort, more = []) =>
    serve(
      [...flags, 'dist/src/main.js', `--role=${role}`, `--config=${config}`, `--admin-port=${adminPort}`, ...more],
      {},
      isRead,
    );
  const servers = Object.fromEntries(roles.map((role, index) => [role, serveRole(role, admin[index])]));
  const stack = {
    issuer: `http://127.0.0.1:${authz}`,
    people: `http://localhost:${idp}`,
    api: `http://127.0.0.1:${rs}`,
    ports: { authz, idp, rs, spa },
    redirectUri: `http://127.0.0.1:${relyingParty}/callback`,
    config,
    servers,
    /** Of the server, not of our database. */
    dsn: postgres.url,
    /** One more authz, for the same issuer. @returns where it listens, and its process */
    async replicateAuthz() {
      const [port, adminPort] = [await freePort(), await freePort()];
      const { pid } = serveRole('authz', adminPort, [`--port=${port}`]);
      const origin = `http://127.0.0.1:${port}`;
      await ready(`${origin}/health`);
      return { origin, pid };
    },
    async stop() {
      for (const child of children) child.kill('SIGKILL');
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const healths = {
    authz: `${stack.issuer}/health`,
    idp: `${stack.people}/health`,
    rs: `${stack.api}/api/v1/public/health`,
  };
  await Promise.all(roles.map((role) => ready(healths[role]))).catch(async (error) => {
    await stack.stop();
    throw error;
  });
  return stack;
}

/** The command line of the program, for example to create users. @returns what it printed */
export const command = (config, args, input) =>
  execFileSync(process.execPath, ['dist/src/main.js', ...args, `--config=${config}`], { input, encoding: 'utf8' });
