// npm run bench:flood: what people notice while strangers at another address try to keep them out.
// Floods come from 127.0.0.1, people from 127.0.0.2. Nothing here is a test: e2e tests hold the behaviour without timing.
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { command, cookieJar, signIn, startStack } from './stack.mjs';

const seconds = Number(process.env.FLOOD_SECONDS ?? 8);
const people = { localAddress: '127.0.0.2', agent: false };
const stranger = '127.0.0.1';

const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const percentile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

/** One request from people; status 0 where there was no answer. */
function ask(url, { method = 'GET', headers = {}, body } = {}) {
  const begun = performance.now();
  return new Promise((resolve) => {
    const done = (status) => resolve({ status, ms: performance.now() - begun });
    const req = http.request(url, { ...people, method, headers, timeout: 10_000 }, (res) => {
      res.resume().on('end', () => done(res.statusCode));
    });
    req.on('timeout', () => req.destroy());
    req.on('error', () => done(0));
    req.end(body);
  });
}

/** Keeps so many connections open, and opens one anew when it is cut. @returns what ends it */
function hold(port, count, greeting) {
  const open = new Set();
  let stopped = false;
  const connect = () => {
    if (stopped) return;
    const socket = net.connect({ port, host: '127.0.0.1', localAddress: stranger });
    open.add(socket);
    socket.on('connect', () => greeting && socket.write(greeting));
    socket.on('data', () => undefined).on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      setTimeout(connect, 50);
    });
  };
  times(count, connect);
  return () => {
    stopped = true;
    for (const socket of open) socket.destroy();
  };
}

/** So many callers in a row at the same time, until it ends. */
function storm(count, once) {
  let stopped = false;
  const answers = new Map();
  const worker = async () => {
    while (!stopped) {
      const answer = await once().catch((error) => error.code ?? String(error.message));
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
      if (typeof answer !== 'number') await sleep(20);
    }
  };
  const working = times(count, worker);
  return async () => {
    stopped = true;
    await Promise.race([Promise.all(working), sleep(5_000)]);
    return Object.fromEntries(answers);
  };
}

const halfPost = (path, host) =>
  `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=`;

/** A guess at a random account, as a stranger makes it: the pages first, then the form. */
async function guess({ issuer, redirectUri }) {
  const username = `nobody-${Math.random().toString(36).slice(2)}`;
  const failed = await signIn({
    issuer,
    redirectUri,
    visit: cookieJar(stranger),
    username,
    password: 'a guess of mine',
  }).then(
    () => '200',
    (error) => error.message,
  );
  return Number(/(\d{3})$/.exec(failed)?.[1]) || failed;
}

const stack = await startStack();
const { issuer, redirectUri, ports } = stack;
const authorize = `${issuer}/oauth2/v1/authorize?${new URLSearchParams({
  response_type: 'code',
  client_id: 'spa-rp',
  redirect_uri: `http://127.0.0.1:${ports.spa}/callback`,
  scope: 'openid',
  state: 'x'.repeat(1000),
  code_challenge: 'a'.repeat(43),
  code_challenge_method: 'S256',
})}`;

const floods = {
  'nobody (for comparison)': () => () => undefined,
  'S1: 512 half-sent POSTs': () => hold(ports.authz, 512, halfPost('/oauth2/v1/token', '127.0.0.1')),
  'S1: 2,048 silent connections': () => hold(ports.authz, 2_048),
  'S1: 2,048 kept-alive idle connections': () =>
    hold(ports.authz, 2_048, 'GET /oauth2/v1/jwks HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
  'S2: 160 guessing at random accounts': () => storm(160, () => guess(stack)),
  'S8: 64 callers of /authorize': () => storm(64, async () => (await cookieJar(stranger)(authorize)).status),
};

/** What people get while the flood goes on: health, tokens and discovery every 100 ms, and 20 sign-ins one after another. */
async function observe() {
  const end = performance.now() + seconds * 1000;
  const seen = { health: [], token: [], discovery: [] };
  const form = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${btoa('demo-client:demo-secret')}`,
  };
  const watch = async () => {
    while (performance.now() < end || !seen.signedIn) {
      const [health, healthOfPeople, token, discovery] = await Promise.all([
        ask(`${issuer}/health`),
        ask(`http://127.0.0.1:${ports.idp}/health`),
        ask(`${issuer}/oauth2/v1/token`, {
          method: 'POST',
          headers: form,
          body: 'grant_type=client_credentials&scope=read:resource',
        }),
        ask(`${issuer}/.well-known/openid-configuration`),
      ]);
      seen.health.push(health, healthOfPeople);
      seen.token.push(token);
      seen.discovery.push(discovery);
      await sleep(100);
    }
  };
  const signIns = async () => {
    const results = [];
    for (let index = 0; index < 20; index += 1) {
      const begun = performance.now();
      const visit = cookieJar(people.localAddress);
      const failure = await signIn({
        issuer,
        redirectUri,
        visit,
        username: `person-${index}`,
        password: 'a password to sign in with',
      }).then(
        () => undefined,
        (error) => error.message,
      );
      results.push({ failure, ms: performance.now() - begun });
    }
    seen.signedIn = true;
    return results;
  };
  const [, signedIn] = await Promise.all([watch(), signIns()]);
  return { ...seen, signedIn };
}

const share = (answers, status = 200) =>
  `${answers.filter((answer) => answer.status === status).length}/${answers.length}`;

try {
  for (let index = 0; index < 20; index += 1) {
    command(stack.config, ['users', 'create', `person-${index}`, '--password-file=-'], 'a password to sign in with');
  }
  console.log(
    `${'flood from 127.0.0.1'.padEnd(40)} ${'health 200'.padStart(11)} ${'token 200'.padStart(10)} ${'p95 ms'.padStart(7)} ${'discovery'.padStart(10)} ${'p95 ms'.padStart(7)} ${'sign-ins'.padStart(9)} ${'longest ms'.padStart(11)}`,
  );
  for (const [name, start] of Object.entries(floods)) {
    const stop = start();
    await sleep(1_000);
    const { health, token, discovery, signedIn } = await observe();
    const answers = await stop();
    const p95 = (list) =>
      percentile(
        list.map(({ ms }) => ms),
        0.95,
      ).toFixed(0);
    const good = signedIn.filter(({ failure }) => failure === undefined).length;
    const longest = Math.max(...signedIn.map(({ ms }) => ms)).toFixed(0);
    console.log(
      `${name.padEnd(40)} ${share(health).padStart(11)} ${share(token).padStart(10)} ${p95(token).padStart(7)} ${share(discovery).padStart(10)} ${p95(discovery).padStart(7)} ${`${good}/20`.padStart(9)} ${longest.padStart(11)}`,
    );
    for (const failure of new Set(signedIn.flatMap((each) => each.failure ?? [])))
      console.log(`    a sign-in failed: ${failure}`);
    if (answers) console.log(`    the strangers got ${JSON.stringify(answers)}`);
    await sleep(1_000);
  }
} finally {
  await stack.stop();
}
