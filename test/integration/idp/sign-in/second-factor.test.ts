import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import type { Sql } from '../../../../src/storage/connection/sql.js';
import { formsOf } from '../../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient } from '../../../support/rows.js';
import { addRecoveryCode, addTotp, answerChallenge, codeOf } from '../../../support/second-factor.js';

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database);
});
afterAll(() => idp.close());
beforeEach(() => idp.clock.advance(60_000));

const sessionsOf = async ({ id }: TestUser) =>
  (await idp.database.pool.query('SELECT id, amr, acr, auth_time FROM sessions WHERE user_id = $1', [id])).rows;

async function atChallenge(over: object = {}) {
  const [browser, user, interaction] = [idp.newBrowser(), await idp.addUser(), await idp.start(client, over)];
  const secret = await addTotp(idp, user);
  await idp.signIn(browser, interaction, user);
  return { browser, user, interaction, secret };
}

describe('A second factor at sign-in', () => {
  it('nobody is signed in before the code is right, and then by two factors', async () => {
    const { browser, user, interaction, secret } = await atChallenge();
    expect(browser.cookies.has('session')).toBe(false);
    expect((await browser.get(hub(interaction))).text).toContain('authenticator app');
    const answer = await answerChallenge(browser, interaction, { code: codeOf(idp, secret) });
    expect([answer.status, answer.location]).toEqual([303, hub(interaction)]);
    expect(await sessionsOf(user)).toMatchObject([{ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' }]);
    expect(idp.logged.join('\n')).not.toContain(codeOf(idp, secret));
  });

  it.each([-1, 1])('the code may be %d step off', async (steps) => {
    const { browser, user, interaction, secret } = await atChallenge();
    await answerChallenge(browser, interaction, { code: codeOf(idp, secret, steps) });
    expect(await sessionsOf(user)).toHaveLength(1);
  });

  it.each([-2, 2])('but not %d steps', async (steps) => {
    const { browser, user, interaction, secret } = await atChallenge();
    const answer = await answerChallenge(browser, interaction, { code: codeOf(idp, secret, steps) });
    expect([answer.status, answer.text.includes('The code is wrong')]).toEqual([422, true]);
    expect(await sessionsOf(user)).toEqual([]);
  });

  it('a code is good once, whatever browsers send it at the same moment', async () => {
    const user = await idp.addUser();
    const secret = await addTotp(idp, user);
    const waiting = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const [browser, interaction] = [idp.newBrowser(), await idp.start(client)];
        await idp.signIn(browser, interaction, user);
        return { browser, interaction };
      }),
    );
    const code = codeOf(idp, secret);
    await Promise.all(waiting.map(({ browser, interaction }) => answerChallenge(browser, interaction, { code })));
    expect(await sessionsOf(user)).toHaveLength(1);
  });

  it('nor from two processes', async () => {
    const other = await openIdp({ beside: idp });
    const user = await idp.addUser();
    const secret = await addTotp(idp, user);
    const waiting = await Promise.all(
      [idp, other, idp, other].map(async (place) => {
        const [browser, interaction] = [place.newBrowser(), await idp.start(client)];
        await place.signIn(browser, interaction, user);
        return { browser, interaction };
      }),
    );
    const code = codeOf(idp, secret);
    await Promise.all(waiting.map(({ browser, interaction }) => answerChallenge(browser, interaction, { code })));
    expect(await sessionsOf(user)).toHaveLength(1);
    await other.close();
  });

  it('wrong codes are counted and delayed like wrong passwords', async () => {
    const { browser, user, interaction, secret } = await atChallenge();
    const wrong = String((Number(codeOf(idp, secret)) + 500_000) % 1_000_000).padStart(6, '0');
    for (let n = 0; n < 4; n += 1)
      expect((await answerChallenge(browser, interaction, { code: wrong })).status).toBe(422);
    const delayed = await answerChallenge(browser, interaction, { code: codeOf(idp, secret) });
    expect([delayed.status, delayed.headers.get('Retry-After')]).toEqual([429, '1']);
    expect(await sessionsOf(user)).toEqual([]);
    const failed = (await idp.audited('sign_in_failed')).filter(({ user_id }) => user_id === user.id);
    expect(failed.map(({ context }) => context)).toMatchObject(Array(4).fill({ reason: 'wrong_code' }));
    // Another browser that proves the password anew is no way around.
    const [another, elsewhere] = [idp.newBrowser(), await idp.start(client)];
    await idp.signIn(another, elsewhere, user);
    expect((await answerChallenge(another, elsewhere, { code: codeOf(idp, secret) })).status).toBe(429);
    idp.clock.advance(2_000);
    await answerChallenge(browser, interaction, { code: codeOf(idp, secret) });
    expect(await sessionsOf(user)).toHaveLength(1);
  });

  it('the password alone leaves nothing to go on with once it is changed', async () => {
    const { browser, user, interaction, secret } = await atChallenge();
    const page = await browser.get(hub(interaction));
    const [form] = formsOf(page.text);
    idp.clock.advance(1_000);
    const changed = 'UPDATE users SET password_changed_at = $2 WHERE id = $1';
    await idp.database.pool.query(changed, [user.id, idp.clock.now()]);
    await browser.post(form?.action ?? '', { ...form?.fields, code: codeOf(idp, secret) });
    expect(await sessionsOf(user)).toEqual([]);
    expect((await browser.get(hub(interaction))).text).toContain('name="password"');
  });

  it('nothing tells a stranger who has one', async () => {
    const [without, withFactor] = [await idp.addUser(), await idp.addUser()];
    await addTotp(idp, withFactor);
    const answers = await Promise.all(
      [without, withFactor].map(async (user) => {
        const [browser, interaction] = [idp.newBrowser(), await idp.start(client)];
        const { status, text } = await idp.signIn(browser, interaction, { ...user, password: 'something else' });
        return { status, text: text.replaceAll(/value="[^"]*"|[\w-]{22,}/g, '') };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  it('the secret is nowhere in the database in clear', async () => {
    const { user, secret } = await atChallenge();
    const { rows } = await idp.database.pool.query('SELECT * FROM totp_authenticators WHERE user_id = $1', [user.id]);
    expect(rows[0].sealed_secret.includes(secret)).toBe(false);
  });

  it('costs so many statements', async () => {
    const { browser, interaction, secret } = await atChallenge();
    const page = await browser.get(hub(interaction));
    const [form] = formsOf(page.text);
    const asked: string[] = [];
    const { sql } = idp.database;
    const query: Sql['query'] = sql.query.bind(sql);
    sql.query = (statement, parameters) => {
      asked.push(statement.name);
      return query(statement, parameters);
    };
    await browser.post(form?.action ?? '', { ...form?.fields, code: codeOf(idp, secret) });
    sql.query = query;
    expect(asked).toEqual(['visit_interaction', 'look_for_second_factor', 'sign_in']);
  });
});

describe('Recovery codes', () => {
  it('stand in for the app, and are good once', async () => {
    const { browser, user, interaction } = await atChallenge();
    await addRecoveryCode(idp, user, 'abcde-fghjk-mnpqr-stuvw');
    await answerChallenge(browser, interaction, { recovery_code: 'ABCDE fghjk mnpqr stuvw' });
    expect(await sessionsOf(user)).toMatchObject([{ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' }]);
    const [event] = (await idp.audited('sign_in')).filter(({ user_id }) => user_id === user.id);
    expect(event?.context).toMatchObject({ recovery_code: true });
    const [another, elsewhere] = [idp.newBrowser(), await idp.start(client)];
    await idp.signIn(another, elsewhere, user);
    const again = await answerChallenge(another, elsewhere, { recovery_code: 'abcde-fghjk-mnpqr-stuvw' });
    expect([again.status, again.text.includes('The recovery code is wrong')]).toEqual([422, true]);
  });

  it('one at a time, whatever browsers send it at the same moment', async () => {
    const user = await idp.addUser();
    await addTotp(idp, user);
    const code = 'bbbbb-fghjk-mnpqr-stuvw';
    await addRecoveryCode(idp, user, code);
    const waiting = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const [browser, interaction] = [idp.newBrowser(), await idp.start(client)];
        await idp.signIn(browser, interaction, user);
        return { browser, interaction };
      }),
    );
    await Promise.all(
      waiting.map(({ browser, interaction }) => answerChallenge(browser, interaction, { recovery_code: code })),
    );
    expect(await sessionsOf(user)).toHaveLength(1);
  });

  it('another’s is none', async () => {
    const { browser, user, interaction } = await atChallenge();
    await addRecoveryCode(idp, await idp.addUser(), 'ccccc-fghjk-mnpqr-stuvw');
    const answer = await answerChallenge(browser, interaction, { recovery_code: 'ccccc-fghjk-mnpqr-stuvw' });
    expect(answer.status).toBe(422);
    expect(await sessionsOf(user)).toEqual([]);
    const kept = 'SELECT used_at FROM recovery_codes WHERE hash = $1';
    const { rows } = await idp.database.pool.query(kept, [hashToken('cccccfghjkmnpqrstuvw')]);
    expect(rows).toEqual([{ used_at: null }]);
  });
});

describe('Step-up (RFC 9470 §4)', () => {
  async function signedInByPassword() {
    const [browser, user] = [idp.newBrowser(), await idp.addUser()];
    await idp.signIn(browser, await idp.start(client), user);
    const secret = await addTotp(idp, user);
    idp.clock.advance(1_000);
    return { browser, user, secret };
  }

  it('asks for the code only, and the session goes on with both', async () => {
    const { browser, user, secret } = await signedInByPassword();
    const [before] = await sessionsOf(user);
    const interaction = await idp.start(client, { acrValues: ['aal2'] });
    await answerChallenge(browser, interaction, { code: codeOf(idp, secret) });
    const [after, ...others] = await sessionsOf(user);
    expect(others).toEqual([]);
    expect(after).toMatchObject({ id: before.id, amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' });
    expect(after.auth_time > before.auth_time).toBe(true);
    expect((await browser.get(hub(await idp.start(client, { acrValues: ['aal2'] })))).text).not.toContain(
      'name="code"',
    );
  });

  it('a session that began before goes on where nobody asks', async () => {
    const { browser } = await signedInByPassword();
    expect((await browser.get(hub(await idp.start(client)))).text).not.toContain('name="code"');
  });
});
