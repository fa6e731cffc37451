// Starts the program once, then plays each recipe of this folder against it. Ends with one line that counts it all.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  assertCallsApi,
  assertLeftCleanLog,
  assertSentChallenge,
  assertSignedIn,
  assertSignsOut,
  assertTellsUpstream,
} from '../support/checks.mjs';
import { answers, freePorts, start } from '../support/children.mjs';
import { startIdentity } from '../support/identity.mjs';
import { Person } from '../support/person.mjs';
import { environment } from '../support/recipes.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Exit code of a `run` that has said why it cannot (as automake has it). */
const skips = 77;
/** Seconds for a build from nothing, downloads and all. */
const patience = 1500;

const plays = {
  async 'go-oidc'({ app, person, idp }) {
    await assertSignedIn(person, await person.open(`${app}/login`), app);
    await assertCallsApi(person, `${app}/api`);
    await assertSignsOut(person, await person.open(`${app}/logout`), { idp, back: `${app}/`, login: `${app}/login` });
  },
  async authlib({ app, person, idp }) {
    await assertSignedIn(person, await person.open(`${app}/login`), app);
    await assertCallsApi(person, `${app}/api`);
    await assertSignsOut(person, await person.open(`${app}/logout`), { idp, back: `${app}/`, login: `${app}/login` });
  },
  async 'oauth2-proxy'({ app, person, idp }) {
    const names = { email: 'x-forwarded-email', accessToken: 'x-forwarded-access-token' };
    await assertTellsUpstream(person, `${app}/`, names);
    const endSession = `${idp}/oidc/v1/logout`;
    const page = await person.open(`${app}/oauth2/sign_out?rd=${encodeURIComponent(endSession)}`);
    await assertSignsOut(person, page, { idp, back: undefined, login: `${app}/` });
  },
  async 'mod-auth-openidc'({ app, person, idp }) {
    const names = { email: 'oidc_claim_email', accessToken: 'oidc_access_token' };
    await assertTellsUpstream(person, `${app}/`, names);
    const back = `${app}/goodbye`;
    const page = await person.open(`${app}/oidc/callback?logout=${encodeURIComponent(back)}`);
    await assertSignsOut(person, page, { idp, back, login: `${app}/` });
  },
  async spring({ app, person, idp }) {
    const login = `${app}/oauth2/authorization/identity`;
    await assertSignedIn(person, await person.open(login), app);
    await assertCallsApi(person, `${app}/api`);
    const page = await person.press(await person.open(`${app}/logout`), '/logout');
    await assertSignsOut(person, page, { idp, back: `${app}/`, login });
  },
};
const clients = {
  'go-oidc': 'go-oidc-app',
  authlib: 'authlib-app',
  'oauth2-proxy': 'oauth2-proxy',
  'mod-auth-openidc': 'mod-auth-openidc',
  spring: 'spring-app',
};

/** An application behind a proxy: answers with the headers that it was told. */
async function startUpstream(port) {
  const server = createServer(({ headers }, res) => {
    res.setHeader('content-type', 'application/json').end(JSON.stringify(headers));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

/** Plays one recipe; resolves to the sentence with which it skips, if it does. */
async function play(name, identity, port, upstream) {
  const work = await mkdtemp(join(tmpdir(), `identity-${name}-`));
  const cache = join(tmpdir(), 'identity-services-clients');
  await mkdir(cache, { recursive: true });
  const env = environment(identity, clients[name], port);
  const told = { ...env, WORK: work, CACHE: cache, UPSTREAM_URL: upstream };
  const program = start(join(here, name, 'run'), [], { env: told });
  try {
    const ready = answers(env.APP_URL, program, patience);
    ready.catch(() => undefined);
    const code = await Promise.race([program.ended, ready.then(() => undefined)]);
    if (code === skips) return program.output().trim();
    await ready;
    const person = new Person();
    await plays[name]({ app: env.APP_URL, idp: identity.idp, person });
    assertSentChallenge(person);
    await assertLeftCleanLog(identity, clients[name], { refreshes: true });
    return undefined;
  } catch (error) {
    throw new Error(`${error.message}\n--- ${name} wrote:\n${program.output().slice(-20_000)}`);
  } finally {
    await program.stop();
    await rm(work, { recursive: true, force: true });
  }
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(plays);
const unknown = names.filter((name) => !(name in plays));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(plays).join(', ')}`);
  process.exit(2);
}
const free = await freePorts(6 + names.length);
const upstream = `http://127.0.0.1:${free[5]}`;
const ports = new Map(names.map((name, index) => [name, free[6 + index]]));
const registrations = names.map((name) => ({ file: join(here, name, 'client.yml'), port: ports.get(name) }));
const identity = await startIdentity(free.slice(0, 5), registrations);
const stopUpstream = await startUpstream(free[5]);
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of names) {
  try {
    const sentence = await play(name, identity, ports.get(name), upstream);
    counts[sentence === undefined ? 'passed' : 'skipped'] += 1;
    console.log(sentence === undefined ? `✔ ${name}` : `- ${name}: ${sentence}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`✖ ${name}\n${error.stack}`);
  }
}
stopUpstream();
await identity.stop();
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
