import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import type { AuthenticationMethodReference } from '../../../../src/protocol/sign-in/authentication-context.js';
import type { Sql } from '../../../../src/storage/connection/sql.js';
import { grantConsent } from '../../../../src/storage/grants/consents.js';
import { recordProof } from '../../../../src/storage/interactions/interaction-progress.js';
import type { SignInAccount } from '../../../../src/storage/people/users.js';
import { configuration } from '../../../support/configuration.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient, audit } from '../../../support/rows.js';

let idp: TestIdp;
let client: string;
let query: Sql['query'];
beforeAll(async () => {
  idp = await openIdp({ config: { policy: { ...configuration.policy, secondFactor: 'optional' } } });
  client = await addClient(idp.database);
  query = idp.database.sql.query.bind(idp.database.sql);
});
afterAll(() => idp.close());
afterEach(() => {
  idp.database.sql.query = query;
  idp.clock.advance(1_000);
});

const stronger = { acrValues: ['aal2'] };

async function addConsentingUser(): Promise<TestUser> {
  const user = await idp.addUser();
  const consent = {
    userId: user.id,
    clientId: client,
    permissions: ['openid', 'profile'],
    now: idp.clock.now(),
    audit,
  };
  await grantConsent(idp.database.sql, consent);
  return user;
}

const rowOf = async (interaction: string) =>
  (
    await idp.database.pool.query('SELECT proofs, outcome FROM interactions WHERE id_hash = $1', [
      hashToken(interaction),
    ])
  ).rows[0];

const outcomeAfter = async (browser: ReturnType<TestIdp['newBrowser']>, interaction: string) => {
  expect((await browser.get(hub(interaction))).location).toContain('/resume?handle=');
  return (await rowOf(interaction)).outcome;
};

/** As a step of another method does it. */
const prove = async (interaction: string, { id }: TestUser, amr: AuthenticationMethodReference) => {
  const { rows } = await idp.database.pool.query('SELECT password_hash FROM users WHERE id = $1', [id]);
  const proof = { subject: id, amr };
  const taken = { userId: id, passwordHash: rows[0].password_hash, forgiven: { keys: [], share: null }, effects: {} };
  return recordProof(idp.database.sql, {
    interactionIdHash: hashToken(interaction),
    proof: { given: [proof] },
    ...taken,
    now: idp.clock.now(),
  });
};

/** From here on accounts have set up a second factor, as far as a sign-in can see. */
function withSecondFactor(): void {
  idp.database.sql.query = async (statement, parameters) => {
    const result = await query(statement, parameters);
    if (statement.name !== 'look_for_sign_in') return result;
    const rows = result.rows.map((row) => ({ ...row, enrolled: ['pwd', 'otp'] }) satisfies Partial<SignInAccount>);
    return { ...result, rows };
  };
}

describe('Proofs of a sign-in (NIST SP 800-63B §4.2.1)', () => {
  it('a password is enough where nobody asks for more, whatever else the user has set up', async () => {
    withSecondFactor();
    const [browser, user, interaction] = [idp.newBrowser(), await addConsentingUser(), await idp.start(client)];
    await idp.signIn(browser, interaction, user);
    expect(await outcomeAfter(browser, interaction)).toMatchObject({ amr: ['pwd'], acr: 'aal1' });
  });

  it('one that is not enough stays with the interaction, and nobody is signed in yet', async () => {
    withSecondFactor();
    const [browser, user, interaction] = [
      idp.newBrowser(),
      await addConsentingUser(),
      await idp.start(client, stronger),
    ];
    const answer = await idp.signIn(browser, interaction, user);
    expect([answer.status, answer.location]).toEqual([303, hub(interaction)]);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await rowOf(interaction)).proofs).toMatchObject([{ subject: user.id, amr: 'pwd' }]);
    expect((await idp.audited('sign_in')).filter(({ user_id }) => user_id === user.id)).toEqual([]);
    expect((await browser.get(hub(interaction))).status).toBe(200);
  });

  it('a right password is no failure, even if nothing follows it', async () => {
    withSecondFactor();
    const [browser, user, interaction] = [
      idp.newBrowser(),
      await addConsentingUser(),
      await idp.start(client, stronger),
    ];
    for (let n = 0; n < 6; n += 1) expect((await idp.signIn(browser, interaction, user)).status).toBe(303);
  });

  it('two of different kinds begin the session, and are used up by it', async () => {
    withSecondFactor();
    const [browser, user, interaction] = [
      idp.newBrowser(),
      await addConsentingUser(),
      await idp.start(client, stronger),
    ];
    await browser.get(hub(interaction));
    await prove(interaction, user, 'otp');
    await idp.signIn(browser, interaction, user);
    expect((await rowOf(interaction)).proofs).toEqual([]);
    expect(await outcomeAfter(browser, interaction)).toMatchObject({ amr: ['otp', 'pwd', 'mfa'], acr: 'aal2' });
  });

  it('those of another user count for nothing', async () => {
    withSecondFactor();
    const [browser, user, interaction] = [
      idp.newBrowser(),
      await addConsentingUser(),
      await idp.start(client, stronger),
    ];
    await prove(interaction, await idp.addUser(), 'otp');
    await idp.signIn(browser, interaction, user);
    expect(browser.cookies.has('session')).toBe(false);
  });
});

describe('Step-up (RFC 9470 §4)', () => {
  /** Signed in by a one-time code alone, which no step of ours can do yet. */
  async function signedInByCode(user: TestUser) {
    const browser = idp.newBrowser();
    await idp.signIn(browser, await idp.start(client), user);
    const sql = `UPDATE sessions SET amr = '{otp}' WHERE user_id = $1 RETURNING id`;
    const [session] = (await idp.database.pool.query(sql, [user.id])).rows;
    idp.clock.advance(1_000);
    return { browser, sessionId: session.id as string };
  }

  it('a factor is added to the session, which goes on', async () => {
    const user = await addConsentingUser();
    const { browser, sessionId } = await signedInByCode(user);
    const interaction = await idp.start(client, stronger);
    const page = await browser.get(hub(interaction));
    expect(page.text).toContain('confirm that it is you');
    await idp.signIn(browser, interaction, user);
    expect(await outcomeAfter(browser, interaction)).toMatchObject({
      sessionId,
      amr: ['otp', 'pwd', 'mfa'],
      acr: 'aal2',
    });
  });

  it('a session that the request wants renewed adds nothing', async () => {
    const user = await addConsentingUser();
    const { browser, sessionId } = await signedInByCode(user);
    const interaction = await idp.start(client, { acrValues: ['aal2', 'aal1'], prompts: ['login'] });
    await idp.signIn(browser, interaction, user);
    expect(await outcomeAfter(browser, interaction)).toMatchObject({ sessionId, amr: ['pwd'], acr: 'aal1' });
  });
});
