// npm run bench: requests per second of each hot endpoint, as ratios to a bare Express application in the same run.
// Rounds are interleaved and the median counts, because machines are noisy.
import { readFileSync } from 'node:fs';
import { load } from './load.mjs';
import { basicOf, freePort, ready, serve, signIn, startStack } from './stack.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const connections = 32;
const basic = basicOf('demo-client', 'demo-secret');
const form = { 'content-type': 'application/x-www-form-urlencoded', ...basic };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const memoryOf = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
};

const started = performance.now();
const stack = await startStack({
  extraClients: `  - client_id: opaque-client
    client_secret: demo-secret
    token_endpoint_auth_method: client_secret_basic
    access_token_format: opaque
    grant_types: [client_credentials]
    scope: read:resource\n`,
});
try {
  const { issuer, people, api, redirectUri } = stack;
  console.log(
    `ready after ${((performance.now() - started) / 1000).toFixed(2)} s (three roles and the schema on one core)`,
  );
  const bare = await freePort();
  serve(['test/bench/reference.mjs'], { PORT: String(bare) });
  await ready(`http://127.0.0.1:${bare}/`);

  const tokens = await signIn({ issuer, redirectUri });
  const machine = new URLSearchParams({ grant_type: 'client_credentials', scope: 'read:resource' }).toString();
  const opaqueBasic = { ...form, ...basicOf('opaque-client', 'demo-secret') };
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
  for (const [role, { pid }] of Object.entries(stack.servers))
    console.log(`${role.padEnd(38)} ${memoryOf(pid).toFixed(0).padStart(8)}`);
} finally {
  await stack.stop();
}
