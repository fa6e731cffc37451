import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';
import { postForm, redeem, signIn } from '../support/sign-in.js';

let database: EmptyDatabase;
let stack: Stack;
const demo = { id: 'demo-client', secret: 'demo-secret' };

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  stack = await startStack({ dsn: database.dsn, env: { LOG_LEVEL: 'TRACE' } });
}, 60_000);
afterAll(async () => {
  await stack.stop();
  await database.drop();
});

/** Names of the statements that the server has logged, without those of health, keys and jobs, which no request causes. */
function statements(): string[] {
  const lines = stack
    .output()
    .split('\n')
    .filter((line) => line.includes('"message":"statement"'));
  const names = lines.map((line) => JSON.parse(line).statement as string);
  const ofJobs =
    /^(ping|list_(signing|encryption)_keys|sweep|find_due_deletions|(claim|waiting)_(mail|logout_notification)s?$)/;
  return names.filter((name) => !ofJobs.test(name));
}

/** Log lines come in batches and audit rows within a second: done is when nothing new has come for longer than that. */
async function settled(): Promise<number> {
  let [count, quietSince] = [statements().length, performance.now()];
  while (performance.now() - quietSince < 1_000) {
    await pause(50);
    const now = statements().length;
    if (now !== count) [count, quietSince] = [now, performance.now()];
  }
  return count;
}

async function during(work: () => Promise<void>): Promise<string[]> {
  const before = await settled();
  await work();
  await settled();
  return statements().slice(before);
}

const flow = (scope: string) => ({
  issuer: stack.urls.authz,
  clientId: demo.id,
  redirectUri: `http://127.0.0.1:${stack.relyingPartyPort}/callback`,
  scope,
});

describe('query budget', () => {
  it('a complete code flow with sign-in and consent takes at most 15 statements, audit included', async () => {
    const ran = await during(async () => {
      const { status, body } = await redeem(
        stack.urls.authz,
        await signIn(flow('openid profile offline_access')),
        demo,
      );
      expect([status, Object.keys(body)]).toEqual([200, expect.arrayContaining(['id_token', 'refresh_token'])]);
    });
    expect(ran.length).toBeGreaterThan(5);
    expect(ran.length).toBeLessThanOrEqual(15);
  });

  it('a code flow in a browser with a session takes two to authorize and one for the tokens, audit included', async () => {
    const { browsers } = await signIn(flow('openid profile offline_access'));
    const ran = await during(async () => {
      const again = await signIn({ ...flow('openid profile offline_access'), browsers });
      expect((await redeem(stack.urls.authz, again, demo)).status).toBe(200);
    });
    expect(ran.filter((name) => name !== 'find_client')).toEqual([
      'find_signed_in',
      'issue_code',
      'redeem_authorization_code',
    ]);
  });

  it('client_credentials with a JWT takes none beyond audit', async () => {
    const request = { grant_type: 'client_credentials', scope: 'read:resource' };
    const ask = () => postForm(`${stack.urls.authz}/oauth2/v1/token`, request, demo);
    await ask();
    const ran = await during(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, ask));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    });
    // The client is read once a second, whatever the load; the audit rows of all go together.
    expect(ran.filter((name) => name !== 'find_client' && name !== 'insert_audit_events')).toEqual([]);
    expect(ran.length).toBeLessThanOrEqual(4);
  });

  it('refresh, introspection and userinfo take one each', async () => {
    const { body } = await redeem(stack.urls.authz, await signIn(flow('openid offline_access')), demo);
    const refreshed = await during(async () => {
      const fields = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) };
      expect((await postForm(`${stack.urls.authz}/oauth2/v1/token`, fields, demo)).status).toBe(200);
    });
    expect(refreshed.filter((name) => name !== 'find_client')).toEqual(['rotate_refresh_token']);
    const introspected = await during(async () => {
      await postForm(`${stack.urls.authz}/oauth2/v1/introspect`, { token: String(body.access_token) }, demo);
    });
    expect(introspected.filter((name) => name !== 'find_client')).toEqual(['find_live_grant']);
    const asked = await during(async () => {
      const headers = { authorization: `Bearer ${body.access_token}` };
      expect((await fetch(`${stack.urls.idp}/oidc/v1/userinfo`, { headers })).status).toBe(200);
    });
    expect(asked.filter((name) => name !== 'find_client')).toEqual(['find_live_grant']);
  });
});
